/**
 * The only package that sees the HTTP library. Others see {@link org.imprimatur.node.http.Request},
 * {@link org.imprimatur.node.http.Answer} and {@link org.imprimatur.node.http.Routes}.
 */
@NullMarked
package org.imprimatur.node.http;

import org.jspecify.annotations.NullMarked;

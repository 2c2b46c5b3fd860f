/**
 * The database: embedded or external PostgreSQL, its pool, migrations and transactions. Knows no
 * table but Flyway's.
 */
@NullMarked
package org.imprimatur.node.store;

import org.jspecify.annotations.NullMarked;

/**
 * What an image file really contains: containers, partition tables and file systems, read only,
 * bounded, and without any help from a kernel or another program.
 *
 * <p>The layers, from below: a {@link BlockDevice} answers random reads; {@link DiskImage} finds
 * the container format of a file by its magic and gives the disk that a guest would see; every
 * {@link Volume} of that disk is named with its {@link VolumeContent}; a {@link FileSystem} lists
 * and reads; a {@link FileTree} visits every entry once and resolves paths inside the image only.
 * {@link ContentTree} is the identity of a disk, equal in every container format.
 *
 * <p>Two rules hold throughout. Nothing is skipped in silence: what cannot be read is an {@link
 * ImageException} or an {@link Unread} that says what and where. And every byte is taken for
 * hostile: each size, count and offset is checked against the object that holds it before it is
 * used, structures that could form a loop are visited once, and each allocation is bounded.
 *
 * <p>All readers may be used by several threads at once.
 */
@NullMarked
package org.imprimatur.disk;

import org.jspecify.annotations.NullMarked;

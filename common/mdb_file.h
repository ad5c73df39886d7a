/*
 * A look at an LMDB data file before it is mapped. LMDB follows the page
 * numbers it finds, so that a file that was cut short ends the process with
 * SIGBUS at some later read; here it is an error at the start.
 */
#ifndef POLICYWATCH_COMMON_MDB_FILE_H
#define POLICYWATCH_COMMON_MDB_FILE_H

/*
 * Returns 0, or negative with *@ret_why a static text: -ERR_CORRUPT for what is
 * no LMDB file or lacks pages that are in use, -ERR_VERSION, -ERR_IO. Other
 * processes may be writing the file. Cheap, unless its end is missing: then
 * every page in use is visited, because pages at the end that were never used
 * are rightly not there.
 */
int mdb_file_check(int fd, const char **ret_why);

#endif

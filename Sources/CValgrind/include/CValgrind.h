#ifndef PARASOL_CVALGRIND_H
#define PARASOL_CVALGRIND_H

#include <stddef.h>

/* Client requests to valgrind's memcheck, by which the constant-time check marks secrets as undefined memory: memcheck
   then reports every branch and every index that depends on them. Outside valgrind a request is a few instructions
   that change nothing; without valgrind's header it is nothing at all. */

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define PARASOL_HAS_MEMCHECK 1
#endif
#endif

/* Whether this build was made with valgrind's header, so that the requests below do anything. */
static inline int memcheck_is_built_in(void) {
#ifdef PARASOL_HAS_MEMCHECK
    return 1;
#else
    return 0;
#endif
}

/* Whether the process runs under valgrind. */
static inline int memcheck_is_running(void) {
#ifdef PARASOL_HAS_MEMCHECK
    return (int)RUNNING_ON_VALGRIND;
#else
    return 0;
#endif
}

/* Marks memory as secret: its use in a branch or an index is reported from now on. */
static inline void memcheck_poison(const void *memory, size_t length) {
#ifdef PARASOL_HAS_MEMCHECK
    (void)VALGRIND_MAKE_MEM_UNDEFINED(memory, length);
#else
    (void)memory;
    (void)length;
#endif
}

/* Marks memory as public again. */
static inline void memcheck_unpoison(const void *memory, size_t length) {
#ifdef PARASOL_HAS_MEMCHECK
    (void)VALGRIND_MAKE_MEM_DEFINED(memory, length);
#else
    (void)memory;
    (void)length;
#endif
}

/* The errors memcheck has reported so far; 0 outside valgrind. */
static inline size_t memcheck_error_count(void) {
#ifdef PARASOL_HAS_MEMCHECK
    return (size_t)VALGRIND_COUNT_ERRORS;
#else
    return 0;
#endif
}

#endif

#ifndef PARASOL_CALLOCATIONS_H
#define PARASOL_CALLOCATIONS_H

#include <stdint.h>

/* Counts what the program allocates. A program that links this has its own malloc, calloc, realloc, memalign,
   aligned_alloc and posix_memalign, which count and then call the C library's; whatever the Swift runtime or a shared
   library allocates goes through them too. */

/* Whether anything is counted: only glibc offers the functions beneath its own by name. */
int allocations_are_counted(void);

/* Blocks that the calling thread has asked for so far, a changed size included. */
uint64_t allocations_of_this_thread(void);

/* Returns memory that nobody uses any more to the system where the C library keeps it, so that what the process is seen to
   hold is what it uses. */
void give_back_free_memory(void);

#endif

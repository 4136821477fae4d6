/* How the C library's allocator behaves: what feeds take for a moment goes back to
 * the system, instead of being kept for the next one. Said here, in C, since it must
 * be said before the first thread begins, and Rust has no safe word for it.
 *
 * Of glibc only; others are thrifty by themselves. */

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>

__attribute__((constructor)) static void give_back(void) {
    /* The runtime, a parser, the writer and a reader work at the same time. Of two heaps, on which they wait for each
     * other, a first round of thousands of sources takes an eighth more time; more than four are but more to leave
     * holes in: six take four megabytes more, and no less time. */
    mallopt(M_ARENA_MAX, 4);
    /* Otherwise both grow with the largest feed, and never shrink again. */
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    mallopt(M_TRIM_THRESHOLD, 128 * 1024);
}
#endif

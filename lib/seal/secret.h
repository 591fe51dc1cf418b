/*
 * Where the keys of running epochs live: one page of memory that is on no disk, in no core file and
 * in no child. With memfd_secret(2) not even the kernel maps it, and it has a descriptor, which can
 * be left with the service manager (sd_pid_notify_with_fds(3), FDSTORE=1): a daemon that was killed
 * finds the page again and goes on in the same epoch.
 *
 *	struct seal_secret *s = fd >= 0 ? seal_secret_adopt(fd, &e) : seal_secret_new(&e);
 *	struct seal_secret_page *page = seal_secret_page(s);
 *
 * The page outlives a process that is killed between any two writes. Therefore no verdict rests on
 * `active`: whoever adopts a page takes the slot whose public key the chain on disk names last
 * (seal_secret_find()). Changing keys is: fill the slot that is not active, wholly; make the note
 * that hands over to it durable; seal_secret_activate(), which wipes the other.
 *
 * Not for several threads at a time.
 * Sources: memfd_secret(2), mlock(2), madvise(2).
 */
#ifndef AURUM_SEAL_SECRET_H
#define AURUM_SEAL_SECRET_H

#include "base/attr.h"
#include "base/err.h"
#include "seal/key.h"

#include <stdbool.h>
#include <stdint.h>

#define SEAL_SECRET_MAGIC "AURSEAL1" /* the layout's version is in it */
#define SEAL_SECRET_SLOTS 2

struct seal_secret_slot {
	uint64_t epoch;
	uint8_t is_filled; /* written last */
	uint8_t zero[7];
	struct seal_public public;
	uint8_t seed[SEAL_SEED_BYTES]; /* Ed25519, RFC 8032 */
};

/* Of the machine's own byte order: it never leaves the machine's memory. */
struct seal_secret_page {
	char magic[8];
	uint8_t origin
		[32];    /* SHA-256 of the log's origin: the page of another log is refused by it */
	uint64_t starts; /* start notes in the chain */
	uint32_t active; /* a hint, see above */
	uint32_t zero;
	struct seal_secret_slot slot[SEAL_SECRET_SLOTS];
};
_Static_assert(sizeof(struct seal_secret_page) == 56 + 2 * 80, "the layout is the version's");

struct seal_secret;

/* An empty page: the magic, and zeros. NULL: not even one page can be locked. */
struct seal_secret *seal_secret_new(struct err *e);
/*
 * The page that fd has, if it is one of ours: of memfd_secret, one page, with the magic and whole
 * slots. Owns fd from here on, also where it fails (NULL).
 */
struct seal_secret *seal_secret_adopt(int fd, struct err *e);
/* Wipes the page, also for whoever else has it mapped or stored, and frees. NULL is fine. */
void seal_secret_release(struct seal_secret *s);
/* Frees and leaves the page as it is, for who adopts it next. Without a descriptor: as release. */
void seal_secret_leave(struct seal_secret *s);

/* To be stored elsewhere; stays ours. -1: this kernel has no memfd_secret. */
int seal_secret_fd(const struct seal_secret *s);
struct seal_secret_page *seal_secret_page(struct seal_secret *s);

/* The slot with this public key, or -1. */
int seal_secret_find(const struct seal_secret *s, const struct seal_public *public);
/* Fills the slot; what was in it is gone. */
void seal_secret_fill(struct seal_secret *s, unsigned slot, uint64_t epoch,
		      const uint8_t seed[SEAL_SEED_BYTES], const struct seal_public *public);
/* From now on slot is the one that signs; the other is wiped. */
void seal_secret_activate(struct seal_secret *s, unsigned slot);

#endif

/*
 * One page for the keys of running epochs. What the keys mean is not known here. Wiping is
 * explicit_bzero(3), which no compiler leaves out.
 */
#include "seal/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#define SECRETMEM 0x5345434d /* linux/magic.h: SECRETMEM_MAGIC */

struct seal_secret {
	struct seal_secret_page *page;
	size_t bytes;
	int fd;
};

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static struct seal_secret *make(int fd, void *page, struct err *e)
{
	struct seal_secret *s = malloc(sizeof(*s));

	if (!s) {
		(void)err_sys(e, "no memory for the seal's keys");
		(void)munmap(page, page_bytes());
		return NULL;
	}
	*s = (struct seal_secret){page, page_bytes(), fd};
	return s;
}

static struct seal_secret *begin(struct seal_secret *s)
{
	if (s)
		memcpy(s->page->magic, SEAL_SECRET_MAGIC, sizeof(s->page->magic));
	return s;
}

/* memfd_secret; NULL without a word where this kernel, or a limit, does not have it. */
static struct seal_secret *try_memfd(void)
{
	CLEAN_FD int fd = (int)syscall(SYS_memfd_secret, O_CLOEXEC);
	struct seal_secret *s;
	void *page;

	if (fd < 0 || ftruncate(fd, (off_t)page_bytes()) != 0)
		return NULL;
	page = mmap(NULL, page_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		return NULL;
	/* A child that inherits it could not wipe it; the mapping itself is never dumped. */
	(void)madvise(page, page_bytes(), MADV_DONTFORK);
	s = make(fd, page, NULL);
	if (s)
		(void)take_fd(&fd);
	return s;
}

struct seal_secret *seal_secret_new(struct err *e)
{
	struct seal_secret *s = try_memfd();
	void *page;

	if (s)
		return begin(s);
	page = mmap(NULL, page_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED) {
		(void)err_sys(e, "no memory for the seal's keys");
		return NULL;
	}
	if (mlock(page, page_bytes()) != 0 || madvise(page, page_bytes(), MADV_DONTDUMP) != 0 ||
	    madvise(page, page_bytes(), MADV_WIPEONFORK) != 0) {
		(void)err_sys(e, "cannot keep the seal's keys out of swap and core files");
		(void)munmap(page, page_bytes());
		return NULL;
	}
	return begin(make(-1, page, e));
}

/* ---- a page that was left ---- */

static bool is_zero(const uint8_t *p, size_t n)
{
	uint8_t any = 0;

	for (size_t i = 0; i < n; i++)
		any |= p[i];
	return any == 0;
}

static bool is_ours(const struct seal_secret_page *page)
{
	if (memcmp(page->magic, SEAL_SECRET_MAGIC, sizeof(page->magic)) != 0 ||
	    page->active >= SEAL_SECRET_SLOTS || page->zero)
		return false;
	for (unsigned i = 0; i < SEAL_SECRET_SLOTS; i++) {
		const struct seal_secret_slot *slot = &page->slot[i];

		if (slot->is_filled > 1 || !is_zero(slot->zero, sizeof(slot->zero)))
			return false;
	}
	return true;
}

struct seal_secret *seal_secret_adopt(int fd, struct err *e)
{
	CLEAN_FD int owned = fd;
	struct seal_secret *s;
	struct statfs fs;
	struct stat st;
	void *page;

	if (fstatfs(fd, &fs) != 0 || fstat(fd, &st) != 0) {
		(void)err_sys(e, "cannot look at the seal's page that was left");
		return NULL;
	}
	if ((unsigned long)fs.f_type != SECRETMEM || (size_t)st.st_size != page_bytes()) {
		(void)err_set(e, "the descriptor that was left is no page of the seal's keys");
		return NULL;
	}
	page = mmap(NULL, page_bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED) {
		(void)err_sys(e, "cannot map the seal's page that was left");
		return NULL;
	}
	if (!is_ours(page)) {
		(void)err_set(e, "the page that was left is of another kind or version");
		(void)munmap(page, page_bytes());
		return NULL;
	}
	(void)madvise(page, page_bytes(), MADV_DONTFORK);
	s = make(fd, page, e);
	if (s)
		(void)take_fd(&owned);
	return s;
}

/* ---- the end ---- */

void seal_secret_leave(struct seal_secret *s)
{
	if (!s)
		return;
	if (s->fd < 0)
		explicit_bzero(s->page, s->bytes);
	(void)munmap(s->page, s->bytes);
	close_fd(&s->fd);
	free(s);
}

void seal_secret_release(struct seal_secret *s)
{
	if (s)
		explicit_bzero(s->page, s->bytes);
	seal_secret_leave(s);
}

/* ---- what is on it ---- */

int seal_secret_fd(const struct seal_secret *s)
{
	return s->fd;
}

struct seal_secret_page *seal_secret_page(struct seal_secret *s)
{
	return s->page;
}

int seal_secret_find(const struct seal_secret *s, const struct seal_public *public)
{
	for (int i = 0; i < SEAL_SECRET_SLOTS; i++) {
		const struct seal_secret_slot *slot = &s->page->slot[i];

		if (slot->is_filled && seal_public_eq(&slot->public, public))
			return i;
	}
	return -1;
}

void seal_secret_fill(struct seal_secret *s, unsigned slot, uint64_t epoch,
		      const uint8_t seed[SEAL_SEED_BYTES], const struct seal_public *public)
{
	struct seal_secret_slot *to = &s->page->slot[slot];

	explicit_bzero(to, sizeof(*to));
	atomic_signal_fence(memory_order_seq_cst);
	to->epoch = epoch;
	to->public = *public;
	memcpy(to->seed, seed, sizeof(to->seed));
	/* A kill is between two instructions of ours: their order is all that counts. */
	atomic_signal_fence(memory_order_seq_cst);
	to->is_filled = 1;
	atomic_signal_fence(memory_order_seq_cst);
}

void seal_secret_activate(struct seal_secret *s, unsigned slot)
{
	s->page->active = slot;
	atomic_signal_fence(memory_order_seq_cst);
	for (unsigned i = 0; i < SEAL_SECRET_SLOTS; i++)
		if (i != slot)
			explicit_bzero(&s->page->slot[i], sizeof(s->page->slot[i]));
}

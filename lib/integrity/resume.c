/* The structs as they are in memory, with a word in front that says of which build, and a sum behind. */
#include "integrity/resume.h"

#include "seal/commit.h"

struct file {
	char version[32];
	uint64_t bytes; /* of this struct */
	struct resume resume;
	uint32_t zero, sum; /* CRC-32C of all that is in front */
};

static uint32_t sum_of(const struct file *f)
{
	return seal_crc32c(f, offsetof(struct file, sum));
}

int resume_write(const struct store *s, const struct resume *r, struct err *e)
{
	struct file f;

	/* Padding, too: it is written. */
	memset(&f, 0, sizeof(f));
	memcpy(f.version, AURUM_VERSION, sizeof(AURUM_VERSION));
	f.bytes = sizeof(f);
	f.resume = *r;
	f.sum = sum_of(&f);
	return store_replace(s, INTEGRITY_RESUME, sv_make((const char *)&f, sizeof(f)), e);
}

bool resume_read(int folder, const struct seal_vkey *enrolment, struct resume *out)
{
	CLEANUP(buf_release) struct buf bytes = BUF_INIT(sizeof(struct file));
	struct file f;

	if (integrity_read(folder, INTEGRITY_RESUME, &bytes, NULL, NULL) != 0 ||
	    bytes.n != sizeof(f))
		return false;
	memcpy(&f, bytes.p, sizeof(f));
	if (memcmp(f.version, AURUM_VERSION, sizeof(AURUM_VERSION)) != 0 || f.bytes != sizeof(f) ||
	    f.sum != sum_of(&f))
		return false;
	*out = f.resume;
	return strncmp(out->chain.enrolment.name, enrolment->name, sizeof(enrolment->name)) == 0 &&
	       seal_public_eq(&out->chain.enrolment.key, &enrolment->key) &&
	       out->range.size % 256 == 0;
}

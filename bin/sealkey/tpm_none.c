/* In the place of tpm.c where tpm2-tss was not there when this was built: says so. */
#include "sealkey/tpm.h"

#define NOT_BUILT "auditd-sealkey was built without tpm2-tss: it can use no TPM"

struct tpm *tpm_open(const char *tcti, struct err *e)
{
	(void)tcti;
	(void)err_set(e, NOT_BUILT);
	return NULL;
}

void tpm_free(struct tpm *t)
{
	(void)t;
}

int tpm_seal(struct tpm *t, const uint8_t seed[SEAL_SEED_BYTES], enum reserve_until until,
	     const struct keyfile_tpm *known, struct keyfile *k, struct err *e)
{
	(void)t;
	(void)seed;
	(void)until;
	(void)known;
	(void)k;
	return err_set(e, NOT_BUILT);
}

int tpm_unseal(struct tpm *t, const struct keyfile *k, uint8_t seed[SEAL_SEED_BYTES], struct err *e)
{
	(void)t;
	(void)k;
	(void)seed;
	return err_set(e, NOT_BUILT);
}

int tpm_quote(struct tpm *t, uint32_t pcr, const struct seal_hash *extra, struct buf *attest,
	      struct buf *signature, struct err *e)
{
	(void)t;
	(void)pcr;
	(void)extra;
	(void)attest;
	(void)signature;
	return err_set(e, NOT_BUILT);
}

int tpm_close(struct tpm *t, uint32_t pcr, struct err *e)
{
	(void)t;
	(void)pcr;
	return err_set(e, NOT_BUILT);
}

int tpm_attest_key(struct tpm *t, uint8_t point[64], struct err *e)
{
	(void)t;
	(void)point;
	return err_set(e, NOT_BUILT);
}

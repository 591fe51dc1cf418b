/* Text to struct and back. Nothing here knows a key's secret but as bytes. */
#include "integrity/keyfile.h"

#include "base/num.h"
#include "seal/base64.h"

#include <assert.h>

#define HEAD "aurum-seal-key/v1"

static const char *const words[] = {
	[SEAL_KEY_FILE] = "file", [SEAL_KEY_CREDS] = "creds", [SEAL_KEY_TPM] = "tpm"};

const char *keyfile_word(enum seal_protection kept)
{
	return words[kept];
}

bool keyfile_find(struct sv word, enum seal_protection *out)
{
	for (size_t i = 0; i < LEN(words); i++)
		if (sv_eq(word, sv_cstr(words[i]))) {
			*out = (enum seal_protection)i;
			return true;
		}
	return false;
}

bool keyfile_tcti_is_good(struct sv tcti)
{
	if (tcti.n >= KEYFILE_TCTI_MAX ||
	    (!sv_starts(tcti, SV("device:/")) && !sv_starts(tcti, SV("swtpm:"))))
		return false;
	for (size_t i = 0; i < tcti.n; i++)
		if (tcti.p[i] <= ' ' || tcti.p[i] > '~')
			return false;
	return true;
}

void keyfile_wipe(struct keyfile *k)
{
	explicit_bzero(k, sizeof(*k));
}

/* ---- reading ---- */

/* The next line is `name value`; takes it. */
static bool take(struct sv *rest, struct sv name, struct sv *value)
{
	struct sv line;
	size_t end = sv_index(*rest, '\n');

	if (end == rest->n)
		return false;
	line = sv_head(*rest, end);
	if (!sv_starts(line, name) || line.n <= name.n || line.p[name.n] != ' ')
		return false;
	*value = sv_from(line, name.n + 1);
	*rest = sv_from(*rest, end + 1);
	return true;
}

/* A number as it is printed: no leading zero. */
static bool read_number(struct sv text, uint32_t *out)
{
	return (text.n == 1 || (text.n && text.p[0] != '0')) && num_u32(text, out);
}

static bool read_boot(struct sv value, struct keyfile_tpm *tpm)
{
	struct sv resets, digest;

	return sv_cut(value, ' ', &resets, &digest) && read_number(resets, &tpm->resets) &&
	       seal_base64_exactly(digest, tpm->boot, sizeof(tpm->boot));
}

static bool read_tpm(struct sv *rest, struct keyfile_tpm *tpm)
{
	struct sv value;

	if (!take(rest, SV("tcti"), &value) || !keyfile_tcti_is_good(value) ||
	    !sv_to_cstr(value, tpm->tcti, sizeof(tpm->tcti)))
		return false;
	if (!take(rest, SV("pcr"), &value) || !read_number(value, &tpm->pcr) ||
	    tpm->pcr >= KEYFILE_PCRS)
		return false;
	if (!take(rest, SV("boot"), &value) || !read_boot(value, tpm))
		return false;
	if (!take(rest, SV("restart"), &value))
		return true;
	tpm->for_restart = true;
	return seal_base64_exactly(value, tpm->restart, sizeof(tpm->restart));
}

static bool read_all(struct sv text, struct keyfile *k)
{
	struct sv value, rest = text;

	if (!sv_starts(rest, SV(HEAD "\n")))
		return false;
	rest = sv_from(rest, sizeof(HEAD));
	if (!take(&rest, SV("origin"), &value) || !seal_origin_is_good(value) ||
	    !sv_to_cstr(value, k->origin, sizeof(k->origin)))
		return false;
	if (!take(&rest, SV("enrolled"), &value) ||
	    !seal_base64_exactly(value, k->enrolled.b, sizeof(k->enrolled.b)))
		return false;
	if (!take(&rest, SV("public"), &value) ||
	    !seal_base64_exactly(value, k->public.b, sizeof(k->public.b)))
		return false;
	if (!take(&rest, SV("kept"), &value) || !keyfile_find(value, &k->kept) ||
	    (k->kept == SEAL_KEY_TPM && !read_tpm(&rest, &k->tpm)))
		return false;
	if (!take(&rest, SV("secret"), &value) ||
	    !seal_base64_get(value, k->secret, sizeof(k->secret), &k->secret_bytes))
		return false;
	return rest.n == 0 && k->secret_bytes > 0 &&
	       (k->kept != SEAL_KEY_FILE || k->secret_bytes == SEAL_SEED_BYTES);
}

int keyfile_parse(struct sv text, struct keyfile *out, struct err *e)
{
	*out = (struct keyfile){.kept = SEAL_KEY_FILE};
	if (text.n <= KEYFILE_TEXT_MAX && read_all(text, out))
		return 0;
	keyfile_wipe(out);
	return err_set(e, "is no key of a seal");
}

/* ---- writing ---- */

static void put_bytes(struct buf *b, const char *name, const void *bytes, size_t n)
{
	buf_puts(b, name);
	buf_putc(b, ' ');
	seal_base64_put(b, bytes, n);
	buf_putc(b, '\n');
}

static void put_tpm(struct buf *b, const struct keyfile_tpm *tpm)
{
	buf_printf(b, "tcti %s\npcr %u\nboot %u ", tpm->tcti, tpm->pcr, tpm->resets);
	seal_base64_put(b, tpm->boot, sizeof(tpm->boot));
	buf_putc(b, '\n');
	if (tpm->for_restart)
		put_bytes(b, "restart", tpm->restart, sizeof(tpm->restart));
}

void keyfile_print(struct buf *b, const struct keyfile *k)
{
	assert(k->secret_bytes <= sizeof(k->secret));
	buf_printf(b, HEAD "\norigin %s\n", k->origin);
	put_bytes(b, "enrolled", k->enrolled.b, sizeof(k->enrolled.b));
	put_bytes(b, "public", k->public.b, sizeof(k->public.b));
	buf_printf(b, "kept %s\n", words[k->kept]);
	if (k->kept == SEAL_KEY_TPM)
		put_tpm(b, &k->tpm);
	put_bytes(b, "secret", k->secret, k->secret_bytes);
}

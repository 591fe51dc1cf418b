/*
 * The notes of `keys` as rows of fields, and the rules between them. A note is its name and a line for
 * each field, so that reading and printing walk one table.
 */
#include "seal/chain.h"

#include "seal/base64.h"
#include "seal/text.h"

#define TEXT_MAX ((size_t)16 << 10) /* a note with a quote is below 6 KiB */

/* What a line holds. */
enum form { NUMBER, HASH, STATE, REASON, QUOTE };

struct field {
	enum form form;
	size_t at; /* in struct seal_step */
};

#define FIELD(form, member)                                                                        \
	{                                                                                          \
		form, offsetof(struct seal_step, member)                                           \
	}
#define FIELDS_MAX 9

static const struct kind {
	const char *name;
	size_t count;
	struct field fields[FIELDS_MAX];
} kinds[SEAL_STEP_KINDS] = {
	[SEAL_START] = {"start",
			9,
			{FIELD(NUMBER, number), FIELD(NUMBER, seconds), FIELD(NUMBER, epoch),
			 FIELD(NUMBER, size), FIELD(HASH, root), FIELD(HASH, key),
			 FIELD(HASH, reserved), FIELD(STATE, state), FIELD(QUOTE, tpm_attest)}},
	[SEAL_HANDOVER] = {"keys",
			   5,
			   {FIELD(NUMBER, epoch), FIELD(NUMBER, seconds), FIELD(NUMBER, size),
			    FIELD(HASH, root), FIELD(HASH, key)}},
	[SEAL_RESERVE] = {"reserve",
			  5,
			  {FIELD(NUMBER, epoch), FIELD(NUMBER, seconds), FIELD(NUMBER, size),
			   FIELD(HASH, root), FIELD(HASH, reserved)}},
	[SEAL_PRUNED] = {"pruned",
			 6,
			 {FIELD(NUMBER, epoch), FIELD(NUMBER, seconds), FIELD(NUMBER, size),
			  FIELD(HASH, root), FIELD(NUMBER, first_kept), FIELD(REASON, reason)}},
	[SEAL_STOP] = {"stop",
		       4,
		       {FIELD(NUMBER, epoch), FIELD(NUMBER, seconds), FIELD(NUMBER, size),
			FIELD(HASH, root)}},
};

static const char *const states[] = {
	[SEAL_FIRST] = "first",
	[SEAL_CLEAN] = "clean",
	[SEAL_UNCLEAN] = "unclean",
	[SEAL_CONTINUED] = "continued",
};

_Static_assert(sizeof(struct seal_hash) == sizeof(struct seal_public), "one form for both");

const char *seal_step_name(enum seal_step_kind kind)
{
	return kinds[kind].name;
}

const char *seal_state_name(enum seal_start_state state)
{
	return states[state];
}

static bool parse_state(struct sv line, enum seal_start_state *out)
{
	for (size_t i = 0; i < LEN(states); i++)
		if (sv_eq(line, sv_cstr(states[i]))) {
			*out = (enum seal_start_state)i;
			return true;
		}
	return false;
}

static bool is_reason(struct sv line)
{
	if (line.n == 0 || line.n > SEAL_REASON_MAX)
		return false;
	for (size_t i = 0; i < line.n; i++) {
		char c = line.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return false;
	}
	return true;
}

static bool is_quote_part(struct sv base64)
{
	size_t n;

	return seal_base64_size(base64, &n) && n > 0 && n <= SEAL_QUOTE_MAX;
}

static bool parse_quote(struct sv line, struct seal_step *out)
{
	struct sv word, parts;

	return sv_cut(line, ' ', &word, &parts) && sv_eq(word, SV("tpm")) &&
	       sv_cut(parts, ' ', &out->tpm_attest, &out->tpm_signature) &&
	       is_quote_part(out->tpm_attest) && is_quote_part(out->tpm_signature);
}

/* Takes a field's line; a quote need not be there. */
static bool parse_field(const struct field *field, struct sv *rest, struct seal_step *out)
{
	void *at = (char *)out + field->at;
	struct sv line;

	if (field->form == QUOTE && rest->n == 0)
		return true;
	if (!text_line(rest, &line))
		return false;
	switch (field->form) {
	case NUMBER:
		return text_number(line, at);
	case HASH:
		return seal_base64_exactly(line, at, SEAL_HASH_BYTES);
	case STATE:
		return parse_state(line, at);
	case REASON:
		*(struct sv *)at = line;
		return is_reason(line);
	case QUOTE:
		return parse_quote(line, out);
	}
	return false;
}

/* Cuts the first line, `<origin>/<kind>`. */
static bool parse_name(struct sv *text, struct seal_step *out)
{
	struct sv line;

	if (!text_line(text, &line))
		return false;
	for (size_t i = 0; i < SEAL_STEP_KINDS; i++) {
		size_t n = strlen(kinds[i].name) + 1; /* and the "/" */

		if (line.n > n && line.p[line.n - n] == '/' &&
		    sv_ends(line, sv_cstr(kinds[i].name))) {
			out->kind = (enum seal_step_kind)i;
			out->origin = sv_head(line, line.n - n);
			return seal_origin_is_good(out->origin);
		}
	}
	return false;
}

int seal_step_parse(struct sv text, struct seal_step *out, struct err *e)
{
	struct seal_step step = {.number = 0};
	const struct kind *kind;

	if (!parse_name(&text, &step))
		return err_set(e, "not a note of a chain: its first line names none");
	kind = &kinds[step.kind];
	for (size_t i = 0; i < kind->count; i++)
		if (!parse_field(&kind->fields[i], &text, &step))
			return err_set(e, "not a %s note: line %zu is not what it should be",
				       kind->name, i + 2);
	if (text.n != 0)
		return err_set(e, "not a %s note: more lines than it has", kind->name);
	*out = step;
	return 0;
}

static void print_field(struct buf *b, const struct field *field, const struct seal_step *s)
{
	const void *at = (const char *)s + field->at;

	switch (field->form) {
	case NUMBER:
		buf_put_u64(b, *(const uint64_t *)at);
		break;
	case HASH:
		seal_base64_put(b, at, SEAL_HASH_BYTES);
		break;
	case STATE:
		buf_puts(b, states[s->state]);
		break;
	case REASON:
		buf_put(b, s->reason);
		break;
	case QUOTE:
		if (s->tpm_attest.n == 0)
			return;
		buf_puts(b, "tpm ");
		buf_put(b, s->tpm_attest);
		buf_putc(b, ' ');
		buf_put(b, s->tpm_signature);
		break;
	}
	buf_putc(b, '\n');
}

void seal_step_print(struct buf *b, const struct seal_step *s)
{
	const struct kind *kind = &kinds[s->kind];

	buf_put(b, s->origin);
	buf_putc(b, '/');
	buf_puts(b, kind->name);
	buf_putc(b, '\n');
	for (size_t i = 0; i < kind->count; i++)
		print_field(b, &kind->fields[i], s);
}

int seal_step_sign(struct buf *b, const struct seal_step *s, struct seal_key *key,
		   uint8_t signature[SEAL_SIGNATURE_BYTES], struct err *e)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX);
	uint8_t made[SEAL_SIGNATURE_BYTES];
	struct seal_public public;

	seal_step_print(&text, s);
	if (text.failed)
		return err_set(e, "no memory for a %s note", kinds[s->kind].name);
	if (seal_key_sign(key, buf_view(&text), made, e) != 0)
		return -1;
	seal_key_public(key, &public);
	seal_note_print(b, buf_view(&text), s->origin,
			seal_key_id(s->origin, SEAL_TYPE_ED25519, &public), made, sizeof(made));
	buf_putc(b, '\n');
	if (b->failed)
		return err_set(e, "no memory for a %s note", kinds[s->kind].name);
	if (signature)
		memcpy(signature, made, sizeof(made));
	return 0;
}

const char *seal_fault_text(enum seal_chain_fault fault)
{
	static const char *const texts[] = {
		"is well",
#define SEAL_FAULT(name, says) says,
#include "seal/chain.def"
#undef SEAL_FAULT
	};

	return texts[fault];
}

void seal_chain_begin(struct seal_chain *c, const struct seal_vkey *enrolment)
{
	/* SHA-256 of nothing: the root of the tree before the first line. */
	static const struct seal_hash empty = {{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14,
						0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
						0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c,
						0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}};

	*c = (struct seal_chain){.enrolment = *enrolment, .next = enrolment->key, .root = empty};
}

static bool is_same_tree(const struct seal_chain *c, const struct seal_step *s)
{
	return s->size == c->size && seal_hash_eq(&s->root, &c->root);
}

/* Whether a start of that number and state may stand here. */
static enum seal_chain_fault check_start(const struct seal_chain *c, const struct seal_step *s)
{
	if (s->number != c->starts)
		return SEAL_FAULT_NUMBER;
	if ((s->state == SEAL_FIRST) != (c->starts == 0))
		return SEAL_FAULT_STATE;
	if (s->state == SEAL_CONTINUED && c->stopped)
		return SEAL_FAULT_STATE;
	if (s->state == SEAL_CLEAN && !(c->stopped && is_same_tree(c, s)))
		return SEAL_FAULT_STATE;
	return SEAL_FAULT_NONE;
}

static enum seal_chain_fault check_place(const struct seal_chain *c, const struct seal_step *s)
{
	bool begins_epoch = s->kind == SEAL_START || s->kind == SEAL_HANDOVER;
	uint64_t epoch = c->starts == 0 ? 0 : c->epoch.number + begins_epoch;

	if (s->kind != SEAL_START && (c->starts == 0 || c->stopped))
		return SEAL_FAULT_ORDER;
	if (s->kind == SEAL_START) {
		enum seal_chain_fault fault = check_start(c, s);

		if (fault != SEAL_FAULT_NONE)
			return fault;
	}
	if (s->epoch != epoch)
		return SEAL_FAULT_EPOCH;
	if (s->size < c->size)
		return SEAL_FAULT_SIZE;
	if (s->size == c->size && !is_same_tree(c, s))
		return SEAL_FAULT_ROOT;
	if (s->kind == SEAL_PRUNED && (s->first_kept < c->first_kept || s->first_kept > s->size))
		return SEAL_FAULT_PRUNED;
	return SEAL_FAULT_NONE;
}

/*
 * A key that has signed, or waits to, is no new one: with it, whoever holds it from before could go on
 * signing. Only a continued start may name the reserved key again, for it did not use it.
 */
static bool reuses_a_key(const struct seal_chain *c, const struct seal_step *s)
{
	bool has_epoch = c->starts > 0;

	if (s->kind == SEAL_START || s->kind == SEAL_HANDOVER)
		if (seal_public_eq(&s->key, &c->next) ||
		    (has_epoch && seal_public_eq(&s->key, &c->epoch.key)))
			return true;
	if (s->kind == SEAL_START && seal_public_eq(&s->key, &s->reserved))
		return true;
	if (s->kind == SEAL_RESERVE || (s->kind == SEAL_START && s->state != SEAL_CONTINUED))
		if (seal_public_eq(&s->reserved, &c->next))
			return true;
	if (s->kind == SEAL_RESERVE || s->kind == SEAL_START)
		return has_epoch && seal_public_eq(&s->reserved, &c->epoch.key);
	return false;
}

static void begin_epoch(struct seal_chain *c, const struct seal_step *s)
{
	c->before = c->epoch;
	if (!c->stopped)
		c->before.size_to = s->size;
	c->epoch = (struct seal_epoch){
		.number = s->epoch,
		.key = s->key,
		.id = seal_key_id(s->origin, SEAL_TYPE_ED25519, &s->key),
		.seconds = s->seconds,
		.size_from = s->size,
		.size_to = UINT64_MAX,
	};
}

static void apply(struct seal_chain *c, const struct seal_step *s)
{
	if (s->kind == SEAL_START || s->kind == SEAL_HANDOVER)
		begin_epoch(c, s);
	if (s->kind == SEAL_START)
		c->starts++;
	if (s->kind == SEAL_START || s->kind == SEAL_RESERVE)
		c->next = s->reserved;
	if (s->kind == SEAL_PRUNED)
		c->first_kept = s->first_kept;
	if (s->kind == SEAL_STOP)
		c->epoch.size_to = s->size;
	c->stopped = s->kind == SEAL_STOP;
	c->kind = s->kind;
	c->seconds = s->seconds;
	c->size = s->size;
	c->root = s->root;
	c->notes++;
}

enum seal_chain_fault seal_chain_follow(struct seal_chain *c, const struct seal_note *note,
					struct seal_step *step, struct seal_vkey *signer)
{
	bool is_by_reserved;
	enum seal_chain_fault fault;

	if (seal_step_parse(note->text, step, NULL) != 0)
		return SEAL_FAULT_MALFORMED;
	if (!sv_eq(step->origin, sv_cstr(c->enrolment.name)))
		return SEAL_FAULT_ORIGIN;
	fault = check_place(c, step);
	if (fault != SEAL_FAULT_NONE)
		return fault;
	if (reuses_a_key(c, step))
		return SEAL_FAULT_REUSED;
	is_by_reserved = step->kind == SEAL_START && step->state != SEAL_CONTINUED;
	seal_vkey_make(signer, step->origin, SEAL_TYPE_ED25519,
		       is_by_reserved ? &c->next : &c->epoch.key);
	apply(c, step);
	return SEAL_FAULT_NONE;
}

enum seal_chain_fault seal_chain_step(struct seal_chain *c, const struct seal_note *note,
				      struct seal_step *step)
{
	struct seal_chain next = *c;
	struct seal_vkey signer;
	enum seal_chain_fault fault = seal_chain_follow(&next, note, step, &signer);

	if (fault != SEAL_FAULT_NONE)
		return fault;
	if (!seal_note_check(note, &signer))
		return SEAL_FAULT_SIGNATURE;
	*c = next;
	return SEAL_FAULT_NONE;
}

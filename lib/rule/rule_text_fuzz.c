/*
 * Any text as a rules file. What is read as a rule packs to bytes that unpack to the same
 * listing, and the listing is read back as a rule with that listing; with the same bytes, where
 * a listing tells everything.
 */
#include "rule/command.h"
#include "rule/pack.h"
#include "rule/print.h"
#include "rule/rule_host_test.h"
#include "rule/rules_file.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct rule_style style = {.machine = MACHINE_X86_64};

static bool first_is_dir(void *ctx, const char *path)
{
	const struct rule *r = ctx;

	(void)path;
	return r->field_count && r->fields[0].field == AUDIT_DIR;
}

/* The listing puts arch first, calls it b64 or b32, and a watch forgets a slash at its end. */
static bool listing_tells_all(const struct rule *r)
{
	bool only_arch = true;

	for (uint32_t i = 0; i < r->field_count; i++) {
		const struct rule_field *f = &r->fields[i];

		if (f->field == AUDIT_ARCH) {
			enum machine m = machine_of_arch(f->value);

			if (!only_arch || (m != MACHINE_X86_64 && m != MACHINE_I386))
				return false;
		} else {
			only_arch = false;
		}
		if (f->field == AUDIT_DIR && sv_ends(rule_text(r, f), SV("/")) && rule_is_watch(r))
			return false;
	}
	return !r->prepend;
}

/* Other machines' names are not this machine's: their listings are not read back. */
static bool is_readable(const struct rule *r)
{
	for (uint32_t i = 0; i < r->field_count; i++) {
		const struct rule_field *f = &r->fields[i];
		enum machine m = machine_of_arch(f->value);

		if (f->field == AUDIT_ARCH && m != MACHINE_X86_64 && m != MACHINE_I386)
			return false;
		if (f->field == AUDIT_DIR && sv_ends(rule_text(r, f), SV("/")))
			return false;
	}
	return true;
}

static void read_back(struct rule *r, struct sv listing, struct sv bytes)
{
	CLEANUP(buf_release) struct buf again = BUF_INIT(1 << 20);
	struct rule_host host = test_host;
	struct problems problems = {0};
	struct rule_words words;
	struct rules_file f;
	struct command c;

	host.is_dir = first_is_dir;
	host.ctx = r;
	rules_file_from_text(&f, listing);
	assert(rules_file_next(&f, &words, &problems) == RULES_LINE);
	assert(command_parse(&words, &host, &c, &problems) == 0);
	rule_print(&c.rule, &style, &again);
	assert(sv_eq(buf_view(&again), listing));
	if (listing_tells_all(r)) {
		buf_reset(&again);
		rule_pack(&c.rule, &again);
		assert(sv_eq(buf_view(&again), bytes));
	}
	rules_file_close(&f);
}

static void round_trip(struct rule *r)
{
	CLEANUP(buf_release)
	struct buf bytes = BUF_INIT(1 << 20), listing = BUF_INIT(1 << 20),
		   again = BUF_INIT(1 << 20);
	struct rule unpacked;
	int done;

	rule_pack(r, &bytes);
	rule_print(r, &style, &listing);
	done = rule_unpack(buf_view(&bytes), &unpacked, NULL);
	assert(done == 0);
	rule_print(&unpacked, &style, &again);
	assert(sv_eq(buf_view(&again), buf_view(&listing)));
	if (is_readable(r))
		read_back(r, buf_view(&listing), buf_view(&bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problems problems = {0};
	enum rules_status status;
	struct rule_words words;
	struct rules_file f;
	struct command c;

	rules_file_from_text(&f, sv_make((const char *)data, size));
	while ((status = rules_file_next(&f, &words, &problems)) != RULES_END)
		if (status == RULES_LINE && command_parse(&words, &test_host, &c, &problems) == 0 &&
		    c.kind == COMMAND_RULE)
			round_trip(&c.rule);
	rules_file_close(&f);
	return 0;
}

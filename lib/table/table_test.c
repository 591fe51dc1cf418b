/* Every row of every table both ways, the order of the generated indexes, and the facts that
 * the rest of the house relies on. */
#include "base/test.h"

#include "table/table.h"
#include "table/tty_key.h"
#include "table/usertype.h"

#include <linux/audit.h>

static void every_row_is_found_by_its_name(void **state)
{
	(void)state;
	for (size_t n = 0; n < all_tables_count; n++) {
		const struct name_table *t = all_tables[n];

		table_each (t, i) {
			uint64_t value = ~table_value(t, i);

			assert_true(value_of(t, table_name(t, i), &value));
			assert_int_equal(value, table_value(t, i));
			assert_int_equal(strlen(table_name(t, i).p), table_name(t, i).n);
		}
	}
}

static void every_value_is_printed_as_its_first_name(void **state)
{
	(void)state;
	for (size_t n = 0; n < all_tables_count; n++) {
		const struct name_table *t = all_tables[n];

		table_each (t, i) {
			const char *name = name_of(t, table_value(t, i));
			size_t first = 0;

			while (table_value(t, first) != table_value(t, i))
				first++;
			assert_ptr_equal(name, table_name(t, first).p);
		}
	}
}

static void names_are_unique_and_values_in_order(void **state)
{
	(void)state;
	for (size_t n = 0; n < all_tables_count; n++) {
		const struct name_table *t = all_tables[n];

		for (size_t i = 1; i < t->count; i++) {
			uint64_t before = table_value(t, t->by_value[i - 1]);
			uint64_t after = table_value(t, t->by_value[i]);

			assert_true(before < after ||
				    (before == after && t->by_value[i - 1] < t->by_value[i]));
		}
		table_each (t, i)
			for (size_t k = 0; k < i; k++)
				assert_false(sv_eq(table_name(t, i), table_name(t, k)));
	}
}

static void what_is_not_in_a_table_has_no_name_and_no_value(void **state)
{
	static const char *const strangers[] = {"", "no such name", "SYSCAL", "SYSCALLS", "syscal"};

	(void)state;
	for (size_t n = 0; n < all_tables_count; n++) {
		const struct name_table *t = all_tables[n];
		uint64_t value = 77;

		for (size_t i = 0; i < LEN(strangers); i++)
			assert_false(value_of(t, sv_cstr(strangers[i]), &value));
		assert_false(value_of(t, sv_make("a\0b", 3), &value));
		assert_int_equal(value, 77);
		assert_null(name_of(t, UINT64_MAX - 5));
		for (uint64_t v = 0; v < 5000; v++) {
			bool known = false;

			table_each (t, i)
				known |= table_value(t, i) == v;
			assert_int_equal(known, name_of(t, v) != NULL);
		}
	}
}

static void letter_case_matters(void **state)
{
	uint64_t value = 0;

	(void)state;
	assert_false(value_of(&table_msgtypes, SV("syscall"), &value));
	assert_int_equal(value, 0);
}

static void a_record_type_without_a_name_is_read_from_its_number(void **state)
{
	static const char *const wrong[] = {"UNKNOWN[]", "UNKNOWN[1334", "UNKNOWN",
					    "[1334]",    "UNKNOWN[-1]",  "UNKNOWN[4294967296]"};
	uint32_t type = 7;

	(void)state;
	assert_true(msgtype_unnamed(SV("UNKNOWN[1334]"), &type));
	assert_int_equal(type, 1334);
	for (size_t i = 0; i < LEN(wrong); i++)
		assert_false(msgtype_unnamed(sv_cstr(wrong[i]), &type));
	assert_int_equal(type, 1334);
}

static void record_types_are_found_both_ways(void **state)
{
	uint32_t type = 0;

	(void)state;
	assert_string_equal(msgtype_name(AUDIT_SYSCALL), "SYSCALL");
	assert_string_equal(msgtype_name(1426), "MAC_OBJ_CONTEXTS");
	assert_true(msgtype_find(SV("CRYPTO_KEY_USER"), &type));
	assert_int_equal(type, 2404);
	assert_null(msgtype_name(1329));
	assert_false(msgtype_find(SV("UNKNOWN[1329]"), &type));
}

static void machines_are_known_by_arch_and_by_every_name(void **state)
{
	enum machine m = MACHINE_UNKNOWN;

	(void)state;
	for (unsigned int i = 0; i < MACHINE_UNKNOWN; i++) {
		assert_non_null(machine_name((enum machine)i));
		assert_true(machine_find(sv_cstr(machine_name((enum machine)i)), &m));
		assert_int_equal(m, i);
		assert_non_null(syscall_table(m));
		if (m != MACHINE_URING)
			assert_int_equal(machine_of_arch(machine_arch(m)), m);
	}
	assert_true(machine_find(SV("i686"), &m));
	assert_int_equal(m, MACHINE_I386);
	assert_int_equal(machine_of_arch(AUDIT_ARCH_ARMEB), MACHINE_ARM);
	assert_int_equal(machine_of_arch(0), MACHINE_UNKNOWN);
	assert_int_equal(machine_of_arch(AUDIT_ARCH_SPARC), MACHINE_UNKNOWN);
	assert_int_equal(machine_narrow(MACHINE_X86_64), MACHINE_I386);
	assert_int_equal(machine_narrow(MACHINE_PPC64LE), MACHINE_UNKNOWN);
	assert_true(machine_is_64bit(MACHINE_AARCH64));
	assert_false(machine_is_64bit(MACHINE_S390));
	assert_null(machine_name(MACHINE_UNKNOWN));
	assert_null(syscall_name(MACHINE_UNKNOWN, 1));
	assert_int_equal(machine_arch((enum machine)99), 0);
}

static void system_calls_differ_by_machine(void **state)
{
	uint32_t nr = 0;

	(void)state;
	assert_string_equal(syscall_name(MACHINE_X86_64, 59), "execve");
	assert_string_equal(syscall_name(MACHINE_I386, 11), "execve");
	assert_string_equal(syscall_name(MACHINE_AARCH64, 221), "execve");
	assert_string_equal(syscall_name(MACHINE_RISCV64, 469), "file_setattr");
	assert_string_equal(syscall_name(MACHINE_X86_64, 17), "pread");
	assert_true(syscall_find(MACHINE_X86_64, SV("pread64"), &nr));
	assert_int_equal(nr, 17);
	assert_string_equal(syscall_name(MACHINE_ARM, 0xf0002), "cacheflush");
	assert_string_equal(uringop_name(18), "openat");
	assert_true(syscall_find(MACHINE_URING, SV("pipe"), &nr));
	assert_int_equal(nr, 62);
}

static void errors_have_names_and_texts(void **state)
{
	int e = 0;

	(void)state;
	assert_string_equal(errno_name(13), "EACCES");
	assert_string_equal(errno_text(13), "Permission denied");
	assert_string_equal(errno_name(11), "EAGAIN");
	assert_true(errno_find(SV("EWOULDBLOCK"), &e));
	assert_int_equal(e, 11);
	assert_null(errno_name(-1));
	assert_null(errno_name(512));
	assert_null(errno_text(5000));
}

static void fields_of_rules_and_of_records_are_known(void **state)
{
	uint32_t field = 0;

	(void)state;
	assert_string_equal(rulefield_name(AUDIT_LOGINUID), "auid");
	assert_true(rulefield_find(SV("loginuid"), &field));
	assert_int_equal(field, AUDIT_LOGINUID);
	assert_int_equal(table_rule_fields.count, 46);
	assert_int_equal(field_value_type(SV("name")), VALUE_ESCAPED_FILE);
	assert_int_equal(field_value_type(SV("a3")), VALUE_A3);
	assert_int_equal(field_value_type(SV("a4")), VALUE_UNCLASSIFIED);
	assert_int_equal(VALUE_TYPES, 47);
	assert_int_equal(table_field_types.count, 126);
}

static void flag_tables_hold_single_bits_in_rising_order(void **state)
{
	(void)state;
	for (size_t n = 0; n < all_tables_count; n++) {
		const struct name_table *t = all_tables[n];

		if (!sv_ends(sv_cstr(t->id), SV("_flags")))
			continue;
		table_each (t, i) {
			uint64_t bit = table_value(t, i);

			assert_true(bit != 0 && (bit & (bit - 1)) == 0);
			assert_true(i == 0 || table_value(t, i - 1) <= bit);
		}
	}
}

static void arguments_print_as_users_know_them(void **state)
{
	(void)state;
	assert_string_equal(name_of(&table_open_flags, 0100), "O_CREAT");
	assert_string_equal(name_of(&table_mmap_flags, 0x20), "MAP_ANONYMOUS");
	assert_string_equal(name_of(&table_clone_flags, 0x02000000), "CLONE_NEWCGROUP");
	assert_string_equal(name_of(&table_signals, 0), "SIG0");
	assert_string_equal(name_of(&table_signals, 30), "SIGPWR");
	assert_string_equal(name_of(&table_socket_families, 1), "local");
	assert_string_equal(name_of(&table_capabilities, 21), "sys_admin");
	assert_string_equal(name_of(&table_seccomp_actions, 0x80000000), "kill-process");
	assert_string_equal(name_of(&table_sock_options, 20), "SO_RCVTIMEO");
	assert_string_equal(name_of(&table_ioctl_requests, 0x5401), "TCGETS");
	assert_string_equal(name_of(&table_personalities, 8), "PER_LINUX32");
	assert_string_equal(name_of(&table_rule_compares, AUDIT_COMPARE_UID_TO_EUID), "uid=euid");
}

static void the_longest_key_sequence_wins(void **state)
{
	size_t length = 99;

	(void)state;
	assert_null(tty_key_name(SV_EMPTY, &length));
	assert_null(tty_key_name(SV("x"), &length));
	assert_int_equal(length, 99);
	assert_string_equal(tty_key_name(SV("\033[Axyz"), &length), "up");
	assert_int_equal(length, 3);
	assert_string_equal(tty_key_name(SV("\033[1;2A"), &length), "scroll-backward");
	assert_int_equal(length, 6);
	assert_string_equal(tty_key_name(SV("\033"), &length), "esc");
	assert_string_equal(tty_key_name(SV("\r"), &length), "ret");
	assert_int_equal(length, 1);
}

static void types_of_user_space_have_their_names(void **state)
{
#define TYPE(name)                                                                                 \
	{                                                                                          \
		AUDIT_##name, #name                                                                \
	}
	static const struct {
		uint32_t type;
		const char *name;
	} rows[] = {
		TYPE(USER_AUTH),
		TYPE(USER_MGMT),
		TYPE(USER_START),
		TYPE(USER_END),
		TYPE(USER_CHAUTHTOK),
		TYPE(USER_ERR),
		TYPE(USYS_CONFIG),
		TYPE(USER_LOGIN),
		TYPE(ADD_USER),
		TYPE(DEL_USER),
		TYPE(ADD_GROUP),
		TYPE(DEL_GROUP),
		TYPE(TRUSTED_APP),
		TYPE(GRP_AUTH),
		TYPE(SYSTEM_BOOT),
		TYPE(SYSTEM_SHUTDOWN),
		TYPE(GRP_MGMT),
		TYPE(USER_DEVICE),
		TYPE(DAEMON_RESUME),
		TYPE(DAEMON_ACCEPT),
		TYPE(DAEMON_CLOSE),
		TYPE(ANOM_EXEC),
		TYPE(ROLE_ASSIGN),
		TYPE(ROLE_REMOVE),
		TYPE(USER_MAC_CONFIG_CHANGE),
		TYPE(CRYPTO_KEY_USER),
		TYPE(VIRT_RESOURCE),
		TYPE(VIRT_MACHINE_ID),
	};
#undef TYPE

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++)
		assert_string_equal(msgtype_name(rows[i].type), rows[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_of_user_space_have_their_names),
		cmocka_unit_test(every_row_is_found_by_its_name),
		cmocka_unit_test(every_value_is_printed_as_its_first_name),
		cmocka_unit_test(names_are_unique_and_values_in_order),
		cmocka_unit_test(what_is_not_in_a_table_has_no_name_and_no_value),
		cmocka_unit_test(letter_case_matters),
		cmocka_unit_test(record_types_are_found_both_ways),
		cmocka_unit_test(a_record_type_without_a_name_is_read_from_its_number),
		cmocka_unit_test(machines_are_known_by_arch_and_by_every_name),
		cmocka_unit_test(system_calls_differ_by_machine),
		cmocka_unit_test(errors_have_names_and_texts),
		cmocka_unit_test(fields_of_rules_and_of_records_are_known),
		cmocka_unit_test(flag_tables_hold_single_bits_in_rising_order),
		cmocka_unit_test(arguments_print_as_users_know_them),
		cmocka_unit_test(the_longest_key_sequence_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

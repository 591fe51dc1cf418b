#!/usr/bin/env bats
# What the manual says about queries.

setup() {
	ask=${AURUM_BIN%/bin}/test/query-ask
	manual=${AURUM_BIN%/bin}/docs/aurum-query.7
	log=$AURUM_TOP/etc/sample/audit.log
	export TZ=UTC LC_ALL=C
}

@test "every example of the manual finds what it says in the sample log" {
	local expected query found checked=0
	while IFS= read -r expected && IFS= read -r query; do
		query=$(sed 's/\\e/\\/g; s/\\-/-/g; s/^\t//' <<<"$query")
		found=$("$ask" "$log" "$query")
		echo "$query: $found, not ${expected#??? = }"
		[ "$found" = "${expected##* }" ]
		checked=$((checked + 1))
	done < <(grep -A1 '^\.\\" = ' "$manual" | grep -v '^--$')
	[ "$checked" -ge 35 ]
}

@test "every field that is made of several is in the manual" {
	for name in $("$ask" --virtual); do
		echo "$name"
		grep -qx "\.B $name" "$manual"
	done
}

@test "what is wrong with a query is shown with its place" {
	run "$ask" "$log" 'key = identity and kye = x'
	[ "${lines[0]}" = '  key = identity and kye = x' ]
	[ "${lines[1]}" = '                     ^^^' ]
	[[ ${lines[2]} == 'no field kye is known'*'did you mean "key"?' ]]
}

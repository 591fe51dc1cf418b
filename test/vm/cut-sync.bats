#!/usr/bin/env bats
# Power cuts in the flush modes in which the daemon waits for the disk. How: cut.bash.

load lib
load cut

setup_file() { cut_begin; }

@test "flush = data: nothing that was written is lost" {
	promise() { [ "$holes" -eq 0 ] && [ "$3" -ge "$2" ] && [ "$kept" -ge "$1" ]; }
	cuts DATA
}

@test "flush = sync: nothing that was written is lost" {
	promise() { [ "$holes" -eq 0 ] && [ "$3" -ge "$2" ] && [ "$kept" -ge "$1" ]; }
	cuts SYNC
}

@test "flush = incremental: fewer than freq records are lost" {
	promise() { [ "$kept" -ge "$3" ] && [ $(($2 - kept)) -lt "$FREQ" ]; }
	cuts INCREMENTAL
}

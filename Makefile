# The front door. meson and ninja do the work; this file only names the usual wishes.
PREFIX ?= /usr/local
BUILD  ?= build

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	@meson setup $(BUILD) --prefix=$(PREFIX) >/dev/null

check:
	@test/run

bench: all
	@bench/run

fuzz:
	@test/fuzz

lint:
	@test/lint

install: all
	@meson configure $(BUILD) --prefix=$(PREFIX)
	@ninja -C $(BUILD) install

clean:
	rm -rf build build-*

.PHONY: all check bench fuzz lint install clean

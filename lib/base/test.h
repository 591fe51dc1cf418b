/* What every unit test file includes first: cmocka wants these headers before its own. */
#ifndef AURUM_BASE_TEST_H
#define AURUM_BASE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif

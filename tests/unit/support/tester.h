/* SPDX-License-Identifier: Apache-2.0 */
/* What cmocka needs before itself, in its order. */
#ifndef TEST_TESTER_H
#define TEST_TESTER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define assert_str(text, literal)                                             \
	do {                                                                  \
		struct scute_str text_ = (text);                              \
		assert_int_equal(text_.len, sizeof(literal) - 1);             \
		assert_memory_equal(text_.data, literal, sizeof(literal) - 1); \
	} while (0)

#endif

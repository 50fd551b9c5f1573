/* SPDX-License-Identifier: Apache-2.0 */
/* How linking fails. */
#include "linker.h"

#include <stdarg.h>

#include "parser.h"

enum scute_status link_fail(struct linker *linker, uint32_t offset, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	enum scute_status status =
		pb_fail_at(linker->file, linker->err, SCUTE_EINVAL, offset, format, args);
	va_end(args);
	return status;
}

enum scute_status link_limit(struct linker *linker, uint32_t offset, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	enum scute_status status =
		pb_fail_at(linker->file, linker->err, SCUTE_ELIMIT, offset, format, args);
	va_end(args);
	return status;
}

enum scute_status link_missing(struct linker *linker, uint32_t offset, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	enum scute_status status =
		pb_fail_at(linker->file, linker->err, SCUTE_EREFERENCE, offset, format, args);
	va_end(args);
	return status;
}

enum scute_status link_memory(struct linker *linker)
{
	return error_set(linker->err, SCUTE_ENOMEM, "out of memory for the schema");
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines to stdout, stderr, systemd (stderr with <n> prefixes) or nowhere, in Karapace's
 * log_format (a Python %-format) or ours. Any thread. Secrets never come here.
 */
#ifndef HOST_LOG_H
#define HOST_LOG_H

#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
enum log_handler { LOG_TO_STDOUT, LOG_TO_SYSTEMD, LOG_TO_NOWHERE, LOG_TO_STDERR };

/*
 * format: Python %-style with %(asctime)s %(name)s %(threadName)s %(levelname)s
 * %(message)s %(process)d and width flags; NULL: ours ("time level name message").
 * False: a conversion in format is unknown; *ret_bad then points at it.
 * Any thread, also while others log. Until the first call: LOG_INFO, stdout, our format.
 */
bool log_setup(enum log_level level, enum log_handler handler, const char *format,
	const char **ret_bad);

/* Whether a line of that level would be written. */
bool log_wants(enum log_level level);

/* name: who speaks, e.g. "store.kafka". One line; control characters are escaped. */
void log_line(enum log_level level, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(name, ...) log_line(LOG_ERROR, (name), __VA_ARGS__)
#define log_warning(name, ...) log_line(LOG_WARNING, (name), __VA_ARGS__)
#define log_info(name, ...) log_line(LOG_INFO, (name), __VA_ARGS__)
#define log_debug(name, ...)                                        \
	do {                                                        \
		if (log_wants(LOG_DEBUG)) {                         \
			log_line(LOG_DEBUG, (name), __VA_ARGS__);   \
		}                                                   \
	} while (0)

#endif

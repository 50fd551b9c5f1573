/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log line is put together in a fixed buffer from the pieces of the parsed format
 * and leaves in one write(2), so that lines of different threads do not mix.
 */
#include "log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "log_format.h"
#include "support/str.h"

enum {
	LINE_BYTES_MAX = 8192, /* with prefix and newline */
	MESSAGE_BYTES_MAX = 8192,
};

static const struct {
	const char *name;
	const char *prefix; /* syslog's numbers, as systemd reads them from stderr */
	int number;         /* Python's */
} levels[] = {
	[LOG_ERROR] = { "ERROR", "<3>", 40 },
	[LOG_WARNING] = { "WARNING", "<4>", 30 },
	[LOG_INFO] = { "INFO", "<6>", 20 },
	[LOG_DEBUG] = { "DEBUG", "<7>", 10 },
};

/* A reload changes all of this while other threads write. */
static pthread_rwlock_t format_lock = PTHREAD_RWLOCK_INITIALIZER;
static const struct log_format *current = &log_format_ours; /* under format_lock */
static _Atomic enum log_level level_max = LOG_INFO;
static _Atomic enum log_handler handler_now = LOG_TO_STDOUT;

bool log_setup(enum log_level level, enum log_handler handler, const char *format,
	const char **ret_bad)
{
	static struct log_format given;
	struct log_format parsed;

	if (format && !log_format_parse(&parsed, format, ret_bad)) {
		return false;
	}
	pthread_rwlock_wrlock(&format_lock);
	if (format) {
		given = parsed;
	}
	current = format ? &given : &log_format_ours;
	pthread_rwlock_unlock(&format_lock);
	level_max = level;
	handler_now = handler;
	return true;
}

bool log_wants(enum log_level level)
{
	return level <= level_max && handler_now != LOG_TO_NOWHERE;
}

static void thread_name(char *to, size_t bytes)
{
	if (gettid() == getpid()) {
		snprintf(to, bytes, "MainThread");
	} else if (pthread_getname_np(pthread_self(), to, bytes) != 0) {
		snprintf(to, bytes, "Thread-%d", (int)gettid());
	}
}

static void put_line(int fd, const char *line, size_t len)
{
	ssize_t put;

	/* What a full disk or a closed pipe does not take is lost: there is nobody to tell. */
	do {
		put = write(fd, line, len);
	} while (put < 0 && errno == EINTR);
}

void log_line(enum log_level level, const char *name, const char *format, ...)
{
	char line[LINE_BYTES_MAX];
	char message[MESSAGE_BYTES_MAX];
	char thread[32];
	struct timeval now;
	va_list args;

	enum log_handler handler = handler_now;
	if (level > level_max || handler == LOG_TO_NOWHERE) {
		return;
	}
	int saved_errno = errno;
	va_start(args, format);
	int len = vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (len < 0) {
		message[0] = '\0';
	}
	thread_name(thread, sizeof(thread));
	gettimeofday(&now, NULL);
	struct log_record record = {
		.name = name,
		.thread = thread,
		.level = levels[level].name,
		.level_number = levels[level].number,
		.message = message,
		.seconds = now.tv_sec,
		.microseconds = (long)now.tv_usec,
		.thread_id = (uint64_t)pthread_self(),
		.process_id = getpid(),
	};
	size_t prefix = 0;
	if (handler == LOG_TO_SYSTEMD) {
		prefix = strlen(levels[level].prefix);
		memcpy(line, levels[level].prefix, prefix);
	}
	pthread_rwlock_rdlock(&format_lock);
	size_t used = prefix + log_format_print(current, &record, line + prefix,
		sizeof(line) - prefix - 1);
	pthread_rwlock_unlock(&format_lock);
	line[used] = '\n';
	put_line(handler == LOG_TO_STDOUT ? STDOUT_FILENO : STDERR_FILENO, line, used + 1);
	errno = saved_errno;
}

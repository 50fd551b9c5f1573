/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text forms of google.protobuf.Timestamp, Duration and FieldMask in ProtoJSON
 * (protobuf.dev, "ProtoJSON Format"; RFC 3339). Any thread.
 */
#ifndef PROTOBUF_WKT_TEXT_H
#define PROTOBUF_WKT_TEXT_H

#include "support/buf.h"

/* Seconds and the nanoseconds on top of them. */
struct wkt_time {
	int64_t seconds;
	int32_t nanos;
};

/* From year 1 to the end of year 9999; of a duration some 10,000 years either way. */
bool wkt_timestamp_in_range(struct wkt_time time);
/* Also: both parts have the same sign. */
bool wkt_duration_in_range(struct wkt_time time);

/*
 * "1972-01-01T10:00:20.021Z": RFC 3339 with an upper-case T and either Z or an offset, at most 9
 * decimals. False: malformed or out of range.
 */
bool wkt_timestamp_read(struct scute_str text, struct wkt_time *ret_time);
/* "-1.5s": at most 9 decimals. False: malformed or out of range. */
bool wkt_duration_read(struct scute_str text, struct wkt_time *ret_time);

#define WKT_TEXT_BYTES 40

/* The time is in range. 0, 3, 6 or 9 decimals. Returns the length. */
size_t wkt_timestamp_write(struct wkt_time time, char out[WKT_TEXT_BYTES]);
size_t wkt_duration_write(struct wkt_time time, char out[WKT_TEXT_BYTES]);

/* One path "fooBar.baz" to "foo_bar.baz"; false: it is empty or holds an underscore. */
bool wkt_path_to_snake(struct buf *buf, struct scute_str path);
/* And back; false: the path would not come back the same. */
bool wkt_path_to_camel(struct buf *buf, struct scute_str path);

#endif

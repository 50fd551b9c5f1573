/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup of version 3 put together by hand: two records of topic t, the second one a
 * tombstone with a checkpoint.
 */
#ifndef TEST_TOOLS_V3_BYTES_H
#define TEST_TOOLS_V3_BYTES_H

/* Length; key; value; one header "h" = "x"; offset 7; time; no checkpoint. */
#define V3_FIRST \
	"\x00\x00\x00\x16" \
	"\x00\x04" "k1" "\x00\x04" "v1" "\x02\x02" "h" "\x02" "x" "\x00" \
	"\x0e" "\x80\x80\xf4\xf6\x90\x5d" "\x02"

/* Length; key; null; no headers; offset 9; time; the checkpoint of V3_FIRST. */
#define V3_SECOND \
	"\x00\x00\x00\x17" \
	"\x00\x04" "k2" "\x02" "\x00" \
	"\x12" "\x82\x80\xf4\xf6\x90\x5d" "\x00\x10" "\xa7\x69\x70\xfe\x85\x50\x66\xcb"

#define V3_DATA V3_FIRST V3_SECOND

#define V3_METADATA_HEAD \
	"\x06" "\x10" "karapace" "\x0a" "3.4.6" \
	"\xd0\x8f\xf4\xf6\x90\x5d" "\x88\xa7\xf4\xf6\x90\x5d"
#define V3_CHECKSUM "\xa4\xd4\x06\xf3\xbf\x03\x68\xe6"
#define V3_METADATA_FILE(name, checksum, count, start, end) \
	"\x02" name "\x00" "\x10" checksum count start end "\x00"
/* Version, tool, times; 2 records; "t"; no id; 1 partition, 2 replicas; settings; files; XXH. */
#define V3_METADATA \
	"/V3\n" "\x00\x00\x00\x54" V3_METADATA_HEAD \
	"\x04" "\x02" "t" "\x02" "\x02" "\x04" \
	"\x02" "\x1c" "cleanup.policy" "\x0e" "compact" "\x00" \
	V3_METADATA_FILE("\x10" "t:0.data", V3_CHECKSUM, "\x04", "\x0e", "\x12") "\x02"

#endif

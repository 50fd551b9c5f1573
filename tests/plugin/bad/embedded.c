/* SPDX-License-Identifier: Apache-2.0 */
/* An embedded name that does not fit into a media type. */
#define BAD_EMBEDDED "a/b"
#include "bad.h"

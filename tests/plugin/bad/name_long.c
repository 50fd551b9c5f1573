/* SPDX-License-Identifier: Apache-2.0 */
/* A name of 33 bytes. */
#define BAD_NAME "abcdefghijklmnopqrstuvwxyz0123456"
#include "bad.h"

/* SPDX-License-Identifier: Apache-2.0 */
/* It encodes what it can not decode. */
#define BAD_ENCODE convert
#include "bad.h"

/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is wrong with this one: it shows that bad.h is right where it is left alone. */
#include "bad.h"

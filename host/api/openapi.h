/* SPDX-License-Identifier: Apache-2.0 */
/* docs/openapi.json as it is served; openapi.py makes the definitions when building. */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include <stddef.h>

extern const char openapi_text[];
extern const size_t openapi_text_bytes;
extern const char openapi_etag[]; /* changes with the text, quotes included */

#endif

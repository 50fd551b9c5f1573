/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that say the context in front: /contexts/.lab/subjects/orders. */
#ifndef API_CONTEXT_PATH_H
#define API_CONTEXT_PATH_H

#include "http/request.h"

/*
 * Rewrites path and query to those that name the context in the subject (":.lab:orders"), before
 * the request is routed, so that all that follows, authorization too, sees one form. Source:
 * confluent.md 1.2 of the project's fact sheets. False after having answered.
 */
bool context_path_rewrite(struct request *request);

#endif

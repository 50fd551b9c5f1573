/* SPDX-License-Identifier: Apache-2.0 */
/* State machines: allowed moves, and in a child process each kind of breach. */
#include "tester.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sm.h"

enum { IDLE, BUSY, DONE, N_STATES };

static int checks;
static unsigned forbidden = N_STATES;

static bool invariant(const struct sm *sm, unsigned previous)
{
	checks++;
	return sm_state(sm) != forbidden && previous < N_STATES;
}

static const struct sm_state states[N_STATES] = {
	[IDLE] = { "idle", SM_TO(BUSY), SM_INITIAL },
	[BUSY] = { "busy", SM_TO(IDLE) | SM_TO(DONE), 0 },
	[DONE] = { "done", 0, SM_FINAL },
};

static const struct sm_table table = { "test", states, N_STATES, invariant };

static void moves_as_declared(void **state)
{
	struct sm sm;

	(void)state;
	checks = 0;
	sm_init(&sm, &table, IDLE);
	sm_move(&sm, BUSY);
	sm_move(&sm, IDLE);
	sm_move(&sm, BUSY);
	assert_string_equal(sm_name(&sm), "busy");
	sm_move(&sm, DONE);
	assert_int_equal(sm_state(&sm), DONE);
	assert_int_equal(checks, 5);
	sm_finish(&sm);
}

static void break_a_rule(int which)
{
	struct sm sm;

	switch (which) {
	case 0: /* a move that is not in the table */
		sm_init(&sm, &table, IDLE);
		sm_move(&sm, DONE);
		break;
	case 1: /* to itself, not in the table either */
		sm_init(&sm, &table, IDLE);
		sm_move(&sm, IDLE);
		break;
	case 2: /* no such state */
		sm_init(&sm, &table, IDLE);
		sm_move(&sm, N_STATES);
		break;
	case 3: /* not an initial one */
		sm_init(&sm, &table, BUSY);
		break;
	case 4: /* the invariant */
		forbidden = BUSY;
		sm_init(&sm, &table, IDLE);
		sm_move(&sm, BUSY);
		break;
	default: /* not a final one */
		sm_init(&sm, &table, IDLE);
		sm_finish(&sm);
		break;
	}
}

static void aborts_on_breach(void **state)
{
	(void)state;
	for (int which = 0; which < 6; which++) {
		int status = 0;
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			signal(SIGABRT, SIG_DFL);
			dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
			break_a_rule(which);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves_as_declared),
		cmocka_unit_test(aborts_on_breach),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

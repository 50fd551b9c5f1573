// SPDX-License-Identifier: Apache-2.0
import java.util.Objects;

/** Runs cases and prints a line for each. */
final class Check {
	interface Body {
		void run() throws Exception;
	}

	private Check() {
	}

	static void run(String name, Body body) {
		try {
			body.run();
			System.out.println("ok " + name);
		} catch (Exception | AssertionError error) {
			StringBuilder why = new StringBuilder(error.toString());
			for (StackTraceElement at : error.getStackTrace()) {
				why.append("\n    at ").append(at);
			}
			System.out.println("failed " + name + ": " + why.toString().replace("\n", "\\n"));
		}
	}

	static void equal(Object got, Object wanted) {
		if (!Objects.equals(got, wanted)) {
			throw new AssertionError("got " + got + ", wanted " + wanted);
		}
	}

	static void that(boolean holds, String what) {
		if (!holds) {
			throw new AssertionError(what);
		}
	}

	/** What the body threw, which must be of that class. */
	static <T extends Exception> T refusal(Class<T> kind, Body body) throws Exception {
		try {
			body.run();
		} catch (Exception thrown) {
			if (kind.isInstance(thrown)) {
				return kind.cast(thrown);
			}
			throw thrown;
		}
		throw new AssertionError("it was not refused");
	}
}

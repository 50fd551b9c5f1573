// SPDX-License-Identifier: Apache-2.0

/** Java's clients against the registry whose URL and response profile are given. */
public final class Main {
	private Main() {
	}

	public static void main(String[] arguments) {
		System.setProperty("logging.level.root", "ERROR");
		new ConfluentCases(arguments[0], arguments[1].equals("confluent")).run();
		new FlinkCases(arguments[0]).run();
		new SpringCases(arguments[0]).run();
	}
}

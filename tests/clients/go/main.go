// SPDX-License-Identifier: Apache-2.0

// Two Go clients of the Schema Registry against the one whose URL is given. Their versions are the
// newest that Go 1.19 builds, which is Debian 12's.
package main

import "os"

// The code that comes with 409 depends on the response profile.
var incompatible = 409

func main() {
	if os.Args[2] == "confluent" {
		incompatible = 40901
	}
	runCases("confluent", confluentCases(os.Args[1]))
	runCases("franz", franzCases(os.Args[1]))
}

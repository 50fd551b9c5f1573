// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// A failed check ends its case: the panic's value is the reason.
type failure struct{ why string }

func fail(format string, arguments ...interface{}) {
	panic(failure{fmt.Sprintf(format, arguments...)})
}

func must(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func equal(what string, got, wanted interface{}) {
	if !reflect.DeepEqual(got, wanted) {
		fail("%s: got %v, wanted %v", what, got, wanted)
	}
}

func sameJSON(got, wanted string) {
	var left, right interface{}
	must(json.Unmarshal([]byte(got), &left))
	must(json.Unmarshal([]byte(wanted), &right))
	equal("schema", left, right)
}

type testCase struct {
	name string
	body func()
}

func runCases(client string, cases []testCase) {
	for _, c := range cases {
		err := attempt(c.body)
		if err == nil {
			fmt.Printf("ok %s.%s\n", client, c.name)
			continue
		}
		text := strings.ReplaceAll(err.Error(), "\n", "\\n")
		fmt.Printf("failed %s.%s: %s\n", client, c.name, text)
	}
}

func attempt(body func()) (err error) {
	defer func() {
		switch caught := recover().(type) {
		case nil:
		case failure:
			err = errors.New(caught.why)
		default:
			err = fmt.Errorf("panic: %v", caught)
		}
	}()
	body()
	return nil
}

// SPDX-License-Identifier: Apache-2.0

// franz-go/pkg/sr, the client that comes with franz-go.
//
// Special: Accept is the vendor's type alone; CreateSchema looks up what it registered; deleted=,
// verbose= and defaultToGlobal= only when asked for.

package main

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/sr"
)

type franz struct{ client *sr.Client }

func franzCases(url string) []testCase {
	client, err := sr.NewClient(sr.URLs(url))
	must(err)
	f := franz{client}
	return []testCase{
		{"registerLookUpGet", f.registerLookUpGet},
		{"byID", f.byID},
		{"deletes", f.deletes},
		{"compatibility", f.compatibility},
		{"config", f.config},
		{"mode", f.mode},
		{"references", f.references},
		{"types", f.types},
		{"allSchemas", f.allSchemas},
		{"errors", f.errors},
		{"serde", f.serde},
	}
}

var background = context.Background()

func refused(err error, code int) {
	var refusal *sr.ResponseError
	if !errors.As(err, &refusal) {
		fail("not refused: %v", err)
	}
	equal("error_code", refusal.ErrorCode, code)
	if refusal.Message == "" {
		fail("a refusal without a message")
	}
}

func (f franz) create(subject, schema string) sr.SubjectSchema {
	made, err := f.client.CreateSchema(background, subject, sr.Schema{Schema: schema})
	must(err)
	return made
}

func (f franz) registerLookUpGet() {
	first := f.create("gf-s", user)
	second := f.create("gf-s", userV2)
	equal("versions", []int{first.Version, second.Version}, []int{1, 2})
	found, err := f.client.LookupSchema(background, "gf-s", sr.Schema{Schema: user})
	must(err)
	equal("looked up", []int{found.ID, found.Version}, []int{first.ID, 1})
	latest, err := f.client.SchemaByVersion(background, "gf-s", -1)
	must(err)
	equal("latest", latest.ID, second.ID)
	text, err := f.client.SchemaTextByVersion(background, "gf-s", 1)
	must(err)
	sameJSON(text, user)
	versions, err := f.client.SubjectVersions(background, "gf-s")
	must(err)
	equal("versions", versions, []int{1, 2})
	all, err := f.client.Schemas(background, "gf-s")
	must(err)
	equal("schemas", len(all), 2)
}

func (f franz) byID() {
	made := f.create("gf-id", `{"type":"fixed","name":"GfId","size":4}`)
	schema, err := f.client.SchemaByID(background, made.ID)
	must(err)
	sameJSON(schema.Schema, made.Schema.Schema)
	text, err := f.client.SchemaTextByID(background, made.ID)
	must(err)
	sameJSON(text, made.Schema.Schema)
	subjects, err := f.client.SubjectsByID(background, made.ID)
	must(err)
	equal("subjects", subjects, []string{"gf-id"})
	versions, err := f.client.SchemaVersionsByID(background, made.ID)
	must(err)
	equal("versions", versions, []sr.SubjectVersion{{Subject: "gf-id", Version: 1}})
	usages, err := f.client.SchemaUsagesByID(background, made.ID)
	must(err)
	equal("usages", len(usages), 1)
}

func (f franz) deletes() {
	f.create("gf-del", user)
	f.create("gf-del", userV2)
	must(f.client.DeleteSchema(background, "gf-del", 1, sr.SoftDelete))
	must(f.client.DeleteSchema(background, "gf-del", 1, sr.HardDelete))
	refused(f.client.DeleteSchema(background, "gf-del", 2, sr.HardDelete), 40407)
	versions, err := f.client.DeleteSubject(background, "gf-del", sr.SoftDelete)
	must(err)
	equal("soft", versions, []int{2})
	withDeleted := sr.WithParams(background, sr.ShowDeleted)
	versions, err = f.client.SubjectVersions(withDeleted, "gf-del")
	must(err)
	equal("shown deleted", versions, []int{2})
	versions, err = f.client.DeleteSubject(background, "gf-del", sr.HardDelete)
	must(err)
	equal("hard", versions, []int{2})
}

func (f franz) compatibility() {
	f.create("gf-compat", user)
	result, err := f.client.CheckCompatibility(background, "gf-compat", -1, sr.Schema{Schema: userV2})
	must(err)
	equal("fits", result.Is, true)
	verbose := sr.WithParams(background, sr.Verbose)
	result, err = f.client.CheckCompatibility(verbose, "gf-compat", -1, sr.Schema{Schema: broken})
	must(err)
	equal("does not fit", result.Is, false)
	if len(result.Messages) == 0 {
		fail("no messages")
	}
	_, err = f.client.CreateSchema(background, "gf-compat", sr.Schema{Schema: broken})
	refused(err, incompatible)
}

func (f franz) config() {
	f.create("gf-config", user)
	set := f.client.SetCompatibility(background, sr.SetCompatibility{Level: sr.CompatFull}, "gf-config")
	must(set[0].Err)
	got := f.client.Compatibility(background, "gf-config", sr.GlobalSubject)
	must(got[0].Err)
	equal("level", got[0].Level, sr.CompatFull)
	must(got[1].Err)
	equal("global", got[1].Level, sr.CompatBackward)
	reset := f.client.ResetCompatibility(background, "gf-config")
	must(reset[0].Err)
	got = f.client.Compatibility(background, "gf-config")
	refused(got[0].Err, 40408)
	got = f.client.Compatibility(sr.WithParams(background, sr.DefaultToGlobal), "gf-config")
	must(got[0].Err)
	equal("after the reset", got[0].Level, sr.CompatBackward)
}

func (f franz) mode() {
	set := f.client.SetMode(background, sr.ModeReadOnly, "gf-mode")
	must(set[0].Err)
	_, err := f.client.CreateSchema(background, "gf-mode", sr.Schema{Schema: user})
	refused(err, 42205)
	got := f.client.Mode(background, "gf-mode", sr.GlobalSubject)
	must(got[0].Err)
	equal("mode", got[0].Mode, sr.ModeReadOnly)
	must(got[1].Err)
	equal("global", got[1].Mode, sr.ModeReadWrite)
	reset := f.client.ResetMode(background, "gf-mode")
	must(reset[0].Err)
	f.create("gf-mode", user)
}

func (f franz) references() {
	f.create("gf-money", money)
	made, err := f.client.CreateSchema(background, "gf-bill", sr.Schema{Schema: bill,
		References: []sr.SchemaReference{{Name: "golang.Money", Subject: "gf-money", Version: 1}}})
	must(err)
	equal("references", len(made.References), 1)
	by, err := f.client.SchemaReferences(background, "gf-money", 1)
	must(err)
	equal("referenced by", len(by), 1)
	refused(f.client.DeleteSchema(background, "gf-money", 1, sr.SoftDelete), 42206)
}

func (f franz) types() {
	types, err := f.client.SupportedTypes(background)
	must(err)
	seen := map[sr.SchemaType]bool{}
	for _, kind := range types {
		seen[kind] = true
	}
	equal("types", seen, map[sr.SchemaType]bool{sr.TypeAvro: true, sr.TypeJSON: true, sr.TypeProtobuf: true})
}

func (f franz) allSchemas() {
	made := f.create("gf-all", user)
	all, err := f.client.AllSchemas(background)
	must(err)
	for _, schema := range all {
		if schema.Subject == "gf-all" {
			equal("id", schema.ID, made.ID)
			return
		}
	}
	fail("gf-all is not among %d schemas", len(all))
}

func (f franz) errors() {
	_, err := f.client.SchemaByVersion(background, "gf-nosuch", -1)
	refused(err, 40401)
	_, err = f.client.SchemaByID(background, 999999)
	refused(err, 40403)
	_, err = f.client.CreateSchema(background, "gf-bad", sr.Schema{Schema: `{"type":"recor"}`})
	refused(err, 42201)
}

// The framing alone: pkg/sr leaves formats to others.
func (f franz) serde() {
	text := `syntax = "proto3"; package gf; message Outer { message A {} message B { string s = 1; } }`
	made, err := f.client.CreateSchema(background, "gf-proto", sr.Schema{Schema: text, Type: sr.TypeProtobuf})
	must(err)
	equal("type", made.Type, sr.TypeProtobuf)
	frame := sr.NewSerde()
	frame.Register(made.ID, "", sr.Index(0, 1),
		sr.EncodeFn(func(v interface{}) ([]byte, error) { return []byte(v.(string)), nil }))
	bytes, err := frame.Encode("payload")
	must(err)
	id, rest, err := frame.DecodeID(bytes)
	must(err)
	equal("id", id, made.ID)
	index, rest, err := frame.DecodeIndex(rest, 4)
	must(err)
	equal("index", index, []int{0, 1})
	equal("rest", string(rest), "payload")
}

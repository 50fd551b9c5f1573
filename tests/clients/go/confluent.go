// SPDX-License-Identifier: Apache-2.0

// confluent-kafka-go/v2/schemaregistry, Confluent's client (its registry part is pure Go).
//
// Special: chunked bodies; "Authorization: Basic" with nothing behind it when there are no credentials;
// normalize= with every registration and look-up, subject= with ids.

package main

import (
	"errors"

	registry "github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/avro"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/jsonschema"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/protobuf"
	"google.golang.org/genproto/googleapis/api/label"
	"google.golang.org/genproto/googleapis/api/monitoredres"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	user   = `{"type":"record","name":"User","namespace":"golang","fields":[{"name":"name","type":"string"}]}`
	userV2 = `{"type":"record","name":"User","namespace":"golang","fields":[{"name":"name","type":"string"},{"name":"age","type":"int","default":3}]}`
	broken = `{"type":"record","name":"User","namespace":"golang","fields":[{"name":"name","type":"string"},{"name":"age","type":"int"}]}`
	money  = `{"type":"record","name":"Money","namespace":"golang","fields":[{"name":"cents","type":"long"}]}`
	bill   = `{"type":"record","name":"Bill","namespace":"golang","fields":[{"name":"sum","type":"golang.Money"}]}`
)

type confluent struct{ url string }

func (c confluent) client() registry.Client {
	client, err := registry.NewClient(registry.NewConfig(c.url))
	must(err)
	return client
}

func confluentCases(url string) []testCase {
	c := confluent{url}
	return []testCase{
		{"registerLookUpGet", c.registerLookUpGet},
		{"deletes", c.deletes},
		{"compatibility", c.compatibility},
		{"config", c.config},
		{"references", c.references},
		{"errors", c.errors},
		{"avroSerializer", c.avroSerializer},
		{"jsonSerializer", c.jsonSerializer},
		{"protobufSerializer", c.protobufSerializer},
		{"protobufNested", c.protobufNested},
		{"protobufReferences", c.protobufReferences},
	}
}

func refusedWith(err error, code int) {
	var refusal *registry.RestError
	if !errors.As(err, &refusal) {
		fail("not refused: %v", err)
	}
	equal("error_code", refusal.Code, code)
	if refusal.Message == "" {
		fail("a refusal without a message")
	}
}

func (c confluent) register(subject, schema string) int {
	id, err := c.client().Register(subject, registry.SchemaInfo{Schema: schema}, false)
	must(err)
	return id
}

func (c confluent) registerLookUpGet() {
	client := c.client()
	id := c.register("gc-s", user)
	equal("id again", c.register("gc-s", user), id)
	next := c.register("gc-s", userV2)
	found, err := client.GetID("gc-s", registry.SchemaInfo{Schema: user}, false)
	must(err)
	equal("looked up", found, id)
	version, err := client.GetVersion("gc-s", registry.SchemaInfo{Schema: userV2}, false)
	must(err)
	equal("version", version, 2)
	info, err := c.client().GetBySubjectAndID("gc-s", id)
	must(err)
	sameJSON(info.Schema, user)
	latest, err := client.GetLatestSchemaMetadata("gc-s")
	must(err)
	equal("latest", []int{latest.Version, latest.ID}, []int{2, next})
	first, err := client.GetSchemaMetadata("gc-s", 1)
	must(err)
	equal("first", first.ID, id)
	versions, err := client.GetAllVersions("gc-s")
	must(err)
	equal("versions", versions, []int{1, 2})
}

func (c confluent) deletes() {
	client := c.client()
	c.register("gc-del", user)
	c.register("gc-del", userV2)
	deleted, err := client.DeleteSubjectVersion("gc-del", 1, false)
	must(err)
	equal("deleted", deleted, 1)
	_, err = c.client().GetSchemaMetadata("gc-del", 1)
	refusedWith(err, 40402)
	_, err = client.DeleteSubjectVersion("gc-del", 1, true)
	must(err)
	versions, err := client.DeleteSubject("gc-del", false)
	must(err)
	equal("soft", versions, []int{2})
	versions, err = client.DeleteSubject("gc-del", true)
	must(err)
	equal("hard", versions, []int{2})
	_, err = client.GetAllVersions("gc-del")
	refusedWith(err, 40401)
}

func (c confluent) compatibility() {
	client := c.client()
	c.register("gc-compat", user)
	fits, err := client.TestCompatibility("gc-compat", 1, registry.SchemaInfo{Schema: userV2})
	must(err)
	equal("fits", fits, true)
	fits, err = client.TestCompatibility("gc-compat", 1, registry.SchemaInfo{Schema: broken})
	must(err)
	equal("does not fit", fits, false)
	_, err = client.Register("gc-compat", registry.SchemaInfo{Schema: broken}, false)
	refusedWith(err, incompatible)
	_, err = client.UpdateCompatibility("gc-compat", registry.None)
	must(err)
	level, err := client.GetCompatibility("gc-compat")
	must(err)
	equal("level", level, registry.Compatibility(registry.None))
	c.register("gc-compat", broken)
}

func (c confluent) config() {
	client := c.client()
	level, err := client.GetDefaultCompatibility()
	must(err)
	equal("default", level, registry.Compatibility(registry.Backward))
	level, err = client.UpdateDefaultCompatibility(registry.FullTransitive)
	must(err)
	equal("updated", level, registry.Compatibility(registry.FullTransitive))
	_, err = client.UpdateDefaultCompatibility(registry.Backward)
	must(err)
	c.register("gc-unset", user)
	_, err = client.GetCompatibility("gc-unset")
	refusedWith(err, 40408)
}

func (c confluent) references() {
	c.register("gc-money", money)
	info := registry.SchemaInfo{Schema: bill, References: []registry.Reference{
		{Name: "golang.Money", Subject: "gc-money", Version: 1}}}
	id, err := c.client().Register("gc-bill", info, false)
	must(err)
	read, err := c.client().GetBySubjectAndID("gc-bill", id)
	must(err)
	equal("references", read.References, info.References)
	found, err := c.client().GetID("gc-bill", info, false)
	must(err)
	equal("looked up", found, id)
	_, err = c.client().DeleteSubjectVersion("gc-money", 1, false)
	refusedWith(err, 42206)
}

func (c confluent) errors() {
	_, err := c.client().GetLatestSchemaMetadata("gc-nosuch")
	refusedWith(err, 40401)
	_, err = c.client().GetBySubjectAndID("gc-s", 999999)
	refusedWith(err, 40403)
	_, err = c.client().Register("gc-bad", registry.SchemaInfo{Schema: `{"type":"recor"}`}, false)
	refusedWith(err, 42201)
}

// The client derives the schemas from these.
type tea struct {
	Name string `json:"name"`
	Cups int    `json:"cups"`
}

func header(bytes []byte) int {
	equal("magic", bytes[0], byte(0))
	return int(bytes[1])<<24 | int(bytes[2])<<16 | int(bytes[3])<<8 | int(bytes[4])
}

func (c confluent) avroSerializer() {
	client := c.client()
	serializer, err := avro.NewGenericSerializer(client, serde.ValueSerde, avro.NewSerializerConfig())
	must(err)
	bytes, err := serializer.Serialize("gc-avro", &tea{"oolong", 3})
	must(err)
	latest, err := client.GetLatestSchemaMetadata("gc-avro-value")
	must(err)
	equal("id", header(bytes), latest.ID)
	reader, err := avro.NewGenericDeserializer(c.client(), serde.ValueSerde, avro.NewDeserializerConfig())
	must(err)
	var read tea
	must(reader.DeserializeInto("gc-avro", bytes, &read))
	equal("read", read, tea{"oolong", 3})
}

func (c confluent) jsonSerializer() {
	config := jsonschema.NewSerializerConfig()
	config.EnableValidation = true
	serializer, err := jsonschema.NewSerializer(c.client(), serde.ValueSerde, config)
	must(err)
	bytes, err := serializer.Serialize("gc-json", &tea{"oolong", 3})
	must(err)
	latest, err := c.client().GetLatestSchemaMetadata("gc-json-value")
	must(err)
	equal("type", latest.SchemaType, "JSON")
	equal("id", header(bytes), latest.ID)
	reader, err := jsonschema.NewDeserializer(c.client(), serde.ValueSerde, jsonschema.NewDeserializerConfig())
	must(err)
	var read tea
	must(reader.DeserializeInto("gc-json", bytes, &read))
	equal("read", read, tea{"oolong", 3})
}

// serialize registers the message's file and checks the index path that the bytes begin with.
func (c confluent) serialize(topic string, message proto.Message, path ...byte) []byte {
	serializer, err := protobuf.NewSerializer(c.client(), serde.ValueSerde, protobuf.NewSerializerConfig())
	must(err)
	bytes, err := serializer.Serialize(topic, message)
	must(err)
	equal("path", bytes[5:5+len(path)], path)
	return bytes
}

func (c confluent) deserialize(topic string, bytes []byte, kind protoreflect.MessageType) proto.Message {
	reader, err := protobuf.NewDeserializer(c.client(), serde.ValueSerde, protobuf.NewDeserializerConfig())
	must(err)
	must(reader.ProtoRegistry.RegisterMessage(kind))
	read, err := reader.Deserialize(topic, bytes)
	must(err)
	return read.(proto.Message)
}

func (c confluent) protobufSerializer() {
	sent := &durationpb.Duration{Seconds: 5, Nanos: 7}
	bytes := c.serialize("gc-duration", sent, 0)
	read := c.deserialize("gc-duration", bytes, sent.ProtoReflect().Type())
	equal("read", proto.Equal(sent, read), true)
}

// descriptor.proto has all that proto2 knows: groups of options, extension ranges, reserved names.
func (c confluent) protobufNested() {
	sent := &descriptorpb.DescriptorProto_ExtensionRange{Start: proto.Int32(4), End: proto.Int32(9)}
	bytes := c.serialize("gc-nested", sent, 4, 4, 0)
	read := c.deserialize("gc-nested", bytes, sent.ProtoReflect().Type())
	equal("read", proto.Equal(sent, read), true)
}

// monitored_resource.proto imports two files of its own package, which become references.
func (c confluent) protobufReferences() {
	sent := &monitoredres.MonitoredResourceDescriptor{Type: "disk",
		Labels: []*label.LabelDescriptor{{Key: "zone", ValueType: label.LabelDescriptor_INT64}}}
	bytes := c.serialize("gc-disk", sent, 0)
	latest, err := c.client().GetLatestSchemaMetadata("gc-disk-value")
	must(err)
	names := map[string]bool{}
	for _, reference := range latest.References {
		names[reference.Name] = true
	}
	equal("references", names,
		map[string]bool{"google/api/label.proto": true, "google/api/launch_stage.proto": true})
	read := c.deserialize("gc-disk", bytes, sent.ProtoReflect().Type())
	equal("read", proto.Equal(sent, read), true)
}

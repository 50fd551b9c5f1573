// SPDX-License-Identifier: Apache-2.0
// schema_registry_converter, Rust's client, against the registry whose URL is given.
//
// Special: /schemas/ids/ID?deleted=true and /schemas/guids/GUID?deleted=true; references are registered
// by the client itself before what refers to them, and their versions looked up with
// POST /subjects/SUBJECT?deleted=false; the guid of 8.x is read for ids in record headers.
use apache_avro::types::Value as Avro;
use protofish::decode::Value;
use schema_registry_converter::blocking::avro::{AvroDecoder, AvroEncoder};
use schema_registry_converter::blocking::json::{JsonDecoder, JsonEncoder};
use schema_registry_converter::blocking::proto_decoder::ProtoDecoder;
use schema_registry_converter::blocking::proto_raw::{ProtoRawDecoder, ProtoRawEncoder};
use schema_registry_converter::blocking::schema_registry::{
    get_all_subjects, get_all_versions, get_schema_by_id, get_schema_by_subject, post_schema,
    SrSettings,
};
use schema_registry_converter::error::SRCError;
use schema_registry_converter::schema_registry_common::{
    SchemaType, SubjectNameStrategy, SuppliedReference, SuppliedSchema,
};
use serde_json::json;

const USER: &str = r#"{"type":"record","name":"User","namespace":"rust","fields":[{"name":"name","type":"string"}]}"#;
const BROKEN: &str = r#"{"type":"record","name":"User","namespace":"rust","fields":[{"name":"name","type":"string"},{"name":"age","type":"int"}]}"#;
const MONEY: &str = r#"{"type":"record","name":"Money","namespace":"rust","fields":[{"name":"cents","type":"long"}]}"#;
// The client replaces a reference only where it is named without its namespace.
const BILL: &str = r#"{"type":"record","name":"Bill","namespace":"rust","fields":[{"name":"sum","type":"Money"}]}"#;
const TEA: &str = r#"{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"cups":{"type":"integer"}},"required":["cups"]}"#;
const CUP: &str = "syntax = \"proto3\";\npackage rust;\nmessage Cup {\n  int32 ml = 1;\n}\n";
const TRAY: &str = "syntax = \"proto3\";\npackage rust;\nimport \"rust/cup.proto\";\nmessage Empty {}\nmessage Tray {\n  message Note {\n    string text = 1;\n  }\n  message Row {\n    Cup cup = 1;\n  }\n}\n";

type Done = Result<(), Box<dyn std::error::Error>>;
type Body = fn(&Registry) -> Done;

struct Registry {
    settings: SrSettings,
}

fn supplied(kind: SchemaType, text: &str) -> SuppliedSchema {
    SuppliedSchema {
        name: None,
        schema_type: kind,
        schema: text.to_string(),
        references: vec![],
    }
}

fn referring(kind: SchemaType, text: &str, to: SuppliedReference) -> SuppliedSchema {
    SuppliedSchema {
        references: vec![to],
        ..supplied(kind, text)
    }
}

fn reference(name: &str, subject: &str, schema: &str) -> SuppliedReference {
    SuppliedReference {
        name: name.to_string(),
        subject: subject.to_string(),
        schema: schema.to_string(),
        references: vec![],
    }
}

fn topic(name: &str) -> SubjectNameStrategy {
    SubjectNameStrategy::TopicNameStrategy(name.to_string(), false)
}

impl Registry {
    fn post(&self, subject: &str, schema: SuppliedSchema) -> Result<u32, SRCError> {
        Ok(post_schema(&self.settings, subject.to_string(), schema)?.id)
    }

    fn latest(&self, subject: &str) -> Result<u32, SRCError> {
        let strategy = SubjectNameStrategy::RecordNameStrategy(subject.to_string());
        Ok(get_schema_by_subject(&self.settings, &strategy)?.id)
    }
}

fn register_look_up_get(registry: &Registry) -> Done {
    let id = registry.post("rs-s", supplied(SchemaType::Avro, USER))?;
    assert_eq!(registry.post("rs-s", supplied(SchemaType::Avro, USER))?, id);
    assert_eq!(registry.latest("rs-s")?, id);
    let read = get_schema_by_id(id, &registry.settings)?;
    let (left, right): (serde_json::Value, serde_json::Value) = (
        serde_json::from_str(&read.schema)?,
        serde_json::from_str(USER)?,
    );
    assert_eq!(left, right);
    assert!(get_all_subjects(&registry.settings)?.contains(&"rs-s".to_string()));
    assert_eq!(
        get_all_versions(&registry.settings, "rs-s".to_string())?,
        vec![1]
    );
    Ok(())
}

fn compatibility(registry: &Registry) -> Done {
    let id = registry.post("rs-compat", supplied(SchemaType::Avro, USER))?;
    // This client does not tell why a registration failed.
    let refused = registry
        .post("rs-compat", supplied(SchemaType::Avro, BROKEN))
        .unwrap_err();
    assert!(!refused.retriable, "{refused}");
    assert_eq!(registry.latest("rs-compat")?, id);
    Ok(())
}

fn errors(registry: &Registry) -> Done {
    // None is an error that this client would try again, as it does after a 5xx.
    let missing = registry.latest("rs-nosuch").unwrap_err();
    assert!(!missing.retriable, "{missing}");
    let id = get_schema_by_id(999999, &registry.settings).unwrap_err();
    assert!(!id.retriable, "{id}");
    let invalid = registry
        .post("rs-bad", supplied(SchemaType::Avro, r#"{"type":"recor"}"#))
        .unwrap_err();
    assert!(!invalid.retriable, "{invalid}");
    assert!(!get_all_subjects(&registry.settings)?.contains(&"rs-bad".to_string()));
    Ok(())
}

fn avro(registry: &Registry) -> Done {
    let id = registry.post("rs-avro-value", supplied(SchemaType::Avro, USER))?;
    let encoder = AvroEncoder::new(registry.settings.clone());
    let fields = vec![("name", Avro::String("Ann".to_string()))];
    let bytes = encoder.encode(fields.clone(), &topic("rs-avro"))?;
    assert_eq!(bytes[..5], [&[0], &id.to_be_bytes()[..]].concat());
    let read = AvroDecoder::new(registry.settings.clone()).decode(Some(&bytes))?;
    assert_eq!(
        read.value,
        Avro::Record(vec![("name".to_string(), Avro::String("Ann".to_string()))])
    );
    Ok(())
}

fn avro_references(registry: &Registry) -> Done {
    let money = reference("rust.Money", "rs-money", MONEY);
    let bill = referring(SchemaType::Avro, BILL, money);
    let id = registry.post("rs-bill-value", bill)?;
    let read = get_schema_by_id(id, &registry.settings)?;
    assert_eq!(
        (
            read.references[0].subject.as_str(),
            read.references[0].version
        ),
        ("rs-money", 1)
    );
    let sum = Avro::Record(vec![("cents".to_string(), Avro::Long(250))]);
    let encoder = AvroEncoder::new(registry.settings.clone());
    let bytes = encoder.encode(vec![("sum", sum.clone())], &topic("rs-bill"))?;
    let read = AvroDecoder::new(registry.settings.clone()).decode(Some(&bytes))?;
    assert_eq!(read.value, Avro::Record(vec![("sum".to_string(), sum)]));
    Ok(())
}

fn json_schema(registry: &Registry) -> Done {
    let id = registry.post("rs-json-value", supplied(SchemaType::Json, TEA))?;
    let mut encoder = JsonEncoder::new(registry.settings.clone());
    let bytes = encoder.encode(&json!({"cups": 3}), &topic("rs-json"))?;
    assert_eq!(bytes[..5], [&[0], &id.to_be_bytes()[..]].concat());
    assert!(encoder
        .encode(&json!({"cups": "three"}), &topic("rs-json"))
        .is_err());
    let mut decoder = JsonDecoder::new(registry.settings.clone());
    let read = decoder.decode(Some(&bytes))?.unwrap();
    assert_eq!(read.value, json!({"cups": 3}));
    Ok(())
}

fn register_tray(registry: &Registry, subject: &str) -> Result<u32, SRCError> {
    let cup = reference("rust/cup.proto", "rs-cup", CUP);
    registry.post(subject, referring(SchemaType::Protobuf, TRAY, cup))
}

fn protobuf(registry: &Registry) -> Done {
    let id = register_tray(registry, "rs-tray-value")?;
    let encoder = ProtoRawEncoder::new(registry.settings.clone());
    let row = [10, 3, 8, 200, 1]; // cup { ml: 200 }
    let bytes = encoder.encode(&row, "rust.Tray.Row", &topic("rs-tray"))?;
    // Tray is message 1 of its file and Row message 1 within: two indexes, zigzag.
    assert_eq!(
        bytes[..8],
        [&[0], &id.to_be_bytes()[..], &[4, 2, 2]].concat()
    );
    let decoder = ProtoDecoder::new(registry.settings.clone());
    let read = decoder
        .decode_with_context(Some(&bytes))?
        .expect("a message");
    assert_eq!(read.full_name.as_str(), "rust.Tray.Row");
    let cup = &read.value.fields[0];
    assert_eq!(cup.number, 1);
    match &cup.value {
        Value::Message(cup) => assert_eq!(cup.fields[0].value, Value::Int32(200)),
        other => panic!("{other:?}"),
    }
    Ok(())
}

fn protobuf_raw(registry: &Registry) -> Done {
    let id = registry.post("rs-cup-value", supplied(SchemaType::Protobuf, CUP))?;
    let encoder = ProtoRawEncoder::new(registry.settings.clone());
    let bytes = encoder.encode(&[8, 7], "rust.Cup", &topic("rs-cup"))?;
    assert_eq!(bytes, [&[0], &id.to_be_bytes()[..], &[0, 8, 7]].concat());
    let read = ProtoRawDecoder::new(registry.settings.clone())
        .decode(Some(&bytes))?
        .unwrap();
    assert_eq!(
        (read.full_name.as_str(), read.bytes),
        ("rust.Cup", vec![8, 7])
    );
    Ok(())
}

const CASES: [(&str, Body); 8] = [
    ("register_look_up_get", register_look_up_get),
    ("compatibility", compatibility),
    ("errors", errors),
    ("avro", avro),
    ("avro_references", avro_references),
    ("json_schema", json_schema),
    ("protobuf", protobuf),
    ("protobuf_raw", protobuf_raw),
];

fn report(name: &str, outcome: std::thread::Result<Result<(), String>>) {
    let why = match outcome {
        Ok(Ok(())) => return println!("ok converter.{name}"),
        Ok(Err(error)) => error,
        Err(panic) => match panic.downcast_ref::<String>() {
            Some(text) => text.clone(),
            None => panic.downcast_ref::<&str>().unwrap_or(&"panic").to_string(),
        },
    };
    println!("failed converter.{name}: {}", why.replace('\n', "\\n"));
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let settings = SrSettings::new_builder(arguments[1].clone())
        .no_proxy()
        .build()
        .expect("settings");
    let registry = Registry { settings };
    for (name, body) in CASES {
        let attempt =
            std::panic::AssertUnwindSafe(|| body(&registry).map_err(|error| error.to_string()));
        report(name, std::panic::catch_unwind(attempt));
    }
}

// SPDX-License-Identifier: Apache-2.0
// schema_registry_converter, Rust's client, against the registry whose URL is given.
//
// Special: /schemas/ids/ID?deleted=true and /schemas/guids/GUID?deleted=true; references are registered
// by the client itself before what refers to them, and their versions looked up with
// POST /subjects/SUBJECT?deleted=false; the guid of 8.x is read for ids in record headers.
use apache_avro::types::Value as Avro;
use schema_registry_converter::blocking::avro::{AvroDecoder, AvroEncoder};
use schema_registry_converter::blocking::json::{JsonDecoder, JsonEncoder};
use schema_registry_converter::blocking::proto_decoder::ProtoDecoder;
use schema_registry_converter::blocking::proto_encoder::ProtoEncoder;
use schema_registry_converter::blocking::proto_raw::{ProtoRawDecoder, ProtoRawEncoder};
use schema_registry_converter::blocking::schema_registry::{
    get_all_subjects, get_all_versions, get_schema_by_guid, get_schema_by_id,
    get_schema_by_subject, is_compatible_schema, post_schema, SrSettings,
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
    confluent: bool,
}

fn supplied(kind: SchemaType, text: &str) -> SuppliedSchema {
    SuppliedSchema::new(None, kind, text.to_string())
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
    registry.post("rs-compat", supplied(SchemaType::Avro, USER))?;
    let subject = || "rs-compat".to_string();
    assert!(is_compatible_schema(
        &registry.settings,
        subject(),
        supplied(SchemaType::Avro, USER)
    )?);
    assert!(!is_compatible_schema(
        &registry.settings,
        subject(),
        supplied(SchemaType::Avro, BROKEN)
    )?);
    let refused = registry
        .post("rs-compat", supplied(SchemaType::Avro, BROKEN))
        .unwrap_err();
    let code = if registry.confluent { "40901" } else { "409" };
    assert!(refused.to_string().contains(code), "{refused}");
    Ok(())
}

fn errors(registry: &Registry) -> Done {
    let missing = registry.latest("rs-nosuch").unwrap_err();
    assert!(missing.to_string().contains("40401"), "{missing}");
    let id = get_schema_by_id(999999, &registry.settings).unwrap_err();
    assert!(id.to_string().contains("40403"), "{id}");
    let invalid = registry
        .post("rs-bad", supplied(SchemaType::Avro, r#"{"type":"recor"}"#))
        .unwrap_err();
    assert!(invalid.to_string().contains("42201"), "{invalid}");
    assert!(!invalid.retriable, "{invalid}");
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
    let money = SuppliedReference::new("rust.Money".into(), "rs-money".into(), MONEY.into());
    let bill = supplied(SchemaType::Avro, BILL).with_references(vec![money]);
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
    let encoder = JsonEncoder::new(registry.settings.clone());
    let bytes = encoder.encode(&json!({"cups": 3}), &topic("rs-json"))?;
    assert_eq!(bytes[..5], [&[0], &id.to_be_bytes()[..]].concat());
    assert!(encoder
        .encode(&json!({"cups": "three"}), &topic("rs-json"))
        .is_err());
    let read = JsonDecoder::new(registry.settings.clone())
        .decode(Some(&bytes))?
        .unwrap();
    assert_eq!(read.value, json!({"cups": 3}));
    Ok(())
}

fn register_tray(registry: &Registry, subject: &str) -> Result<u32, SRCError> {
    let cup = SuppliedReference::new("rust/cup.proto".into(), "rs-cup".into(), CUP.into());
    registry.post(
        subject,
        supplied(SchemaType::Protobuf, TRAY).with_references(vec![cup]),
    )
}

fn protobuf(registry: &Registry) -> Done {
    let id = register_tray(registry, "rs-tray-value")?;
    let encoder = ProtoEncoder::new(registry.settings.clone());
    let value = json!({"cup": {"ml": 200}});
    let bytes = encoder.encode_json(&value, "rust.Tray.Row", &topic("rs-tray"))?;
    // Tray is message 1 of its file and Row message 1 within: two indexes, zigzag.
    assert_eq!(
        bytes[..8],
        [&[0], &id.to_be_bytes()[..], &[4, 2, 2]].concat()
    );
    let decoder = ProtoDecoder::new(registry.settings.clone());
    let read = decoder
        .decode_with_context(Some(&bytes))?
        .expect("a message");
    assert_eq!(read.full_name, "rust.Tray.Row");
    let cup = read.value.get_field_by_name("cup").unwrap().into_owned();
    let ml = cup
        .as_message()
        .unwrap()
        .get_field_by_name("ml")
        .unwrap()
        .into_owned();
    assert_eq!(ml.as_i32(), Some(200));
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

fn guid_in_header(registry: &Registry) -> Done {
    let id = registry.post("rs-header-value", supplied(SchemaType::Json, TEA))?;
    let encoder = JsonEncoder::new(registry.settings.clone());
    let encoded = encoder.encode_with_header_id(&json!({"cups": 3}), &topic("rs-header"), false);
    if !registry.confluent {
        // Karapace has no guids, and the client says so.
        let missing = encoded.unwrap_err();
        assert!(missing.to_string().contains("guid"), "{missing}");
        return Ok(());
    }
    let (bytes, header) = encoded?;
    assert_eq!(bytes, br#"{"cups":3}"#);
    let decoder = JsonDecoder::new(registry.settings.clone());
    let read = decoder
        .decode_with_header_id(Some(&header.value), Some(&bytes))?
        .unwrap();
    assert_eq!(read.value, json!({"cups": 3}));
    let by_id = get_schema_by_id(id, &registry.settings)?;
    let guid = by_id.guid.expect("a guid");
    assert_eq!(
        get_schema_by_guid(&guid, &registry.settings)?.schema,
        by_id.schema
    );
    Ok(())
}

const CASES: [(&str, Body); 9] = [
    ("register_look_up_get", register_look_up_get),
    ("compatibility", compatibility),
    ("errors", errors),
    ("avro", avro),
    ("avro_references", avro_references),
    ("json_schema", json_schema),
    ("protobuf", protobuf),
    ("protobuf_raw", protobuf_raw),
    ("guid_in_header", guid_in_header),
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
    let registry = Registry {
        settings,
        confluent: arguments[2] == "confluent",
    };
    for (name, body) in CASES {
        let attempt =
            std::panic::AssertUnwindSafe(|| body(&registry).map_err(|error| error.to_string()));
        report(name, std::panic::catch_unwind(attempt));
    }
}

//! Messages made from their descriptors, so that no new field has to be told of.

use std::collections::HashMap;

use prost::Message as _;
use prost::encoding::encode_varint;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};
use tunewright_proto::FILE_DESCRIPTOR_SET;

use super::random::Random;
use super::words::{self, Words};

/// Deeper than anything sound, and than the library reads.
const DEEPEST: usize = 24;

/// A call as the descriptors tell of it.
pub struct Method {
    pub path: String,
    pub input: String,
    pub takes_many: bool,
}

/// All messages and calls of the product.
pub struct Described {
    messages: HashMap<String, DescriptorProto>,
    pub methods: Vec<Method>,
}

impl Described {
    pub fn new() -> Self {
        let files = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("descriptors").file;
        let mut described = Self { messages: HashMap::new(), methods: Vec::new() };
        for file in files {
            let package = file.package().to_owned();
            for service in &file.service {
                described.methods.extend(service.method.iter().map(|method| Method {
                    path: format!("{package}.{}/{}", service.name(), method.name()),
                    input: method.input_type().to_owned(),
                    takes_many: method.client_streaming(),
                }));
            }
            for message in file.message_type {
                described.take_in(&format!(".{package}"), message);
            }
        }
        described
    }

    fn take_in(&mut self, within: &str, message: DescriptorProto) {
        let name = format!("{within}.{}", message.name());
        for nested in message.nested_type.clone() {
            self.take_in(&name, nested);
        }
        self.messages.insert(name, message);
    }

    /// A message of this type, whose leaves are bad `percent` times of 100.
    pub fn message(&self, random: &mut Random, words: &Words, name: &str, percent: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(random, &Leaves { words, percent }, name, 0, &mut bytes);
        bytes
    }

    fn write(&self, random: &mut Random, leaves: &Leaves<'_>, name: &str, depth: usize, out: &mut Vec<u8>) {
        let message = &self.messages[name];
        let mut alternatives = HashMap::<i32, Vec<&FieldDescriptorProto>>::new();
        for field in &message.field {
            match field.oneof_index {
                Some(group) if !field.proto3_optional() => alternatives.entry(group).or_default().push(field),
                // Whatever says what is meant is mostly there.
                _ if random.happens(if leaves.percent == 0 { 95 } else { 75 }) => {
                    self.write_field(random, leaves, field, depth, out);
                }
                _ => {}
            }
        }
        // In the order of the descriptor, so that a seed means the same again.
        let mut groups: Vec<_> = alternatives.into_iter().collect();
        groups.sort_by_key(|(group, _)| *group);
        for (_, fields) in groups {
            if !random.happens(5) {
                let field = *random.one_of(&fields);
                self.write_field(random, leaves, field, depth, out);
            }
        }
    }

    fn write_field(
        &self,
        random: &mut Random,
        leaves: &Leaves<'_>,
        field: &FieldDescriptorProto,
        depth: usize,
        out: &mut Vec<u8>,
    ) {
        let many = field.label() == Label::Repeated;
        let count = match random.below(100) {
            _ if !many => 1,
            // A few of anything, and now and then more than may be.
            0 if field.r#type() != Type::Message => 2_000,
            drawn => drawn % 4,
        };
        for _ in 0..count {
            self.write_value(random, leaves, field, depth, out);
        }
    }

    fn write_value(
        &self,
        random: &mut Random,
        leaves: &Leaves<'_>,
        field: &FieldDescriptorProto,
        depth: usize,
        out: &mut Vec<u8>,
    ) {
        let number = u64::try_from(field.number()).expect("positive");
        let tag = |wire: u64| number << 3 | wire;
        let is_bad = random.happens(leaves.percent);
        match field.r#type() {
            Type::Message => {
                if depth > DEEPEST {
                    return;
                }
                let mut inner = Vec::new();
                self.write(random, leaves, field.type_name(), depth + 1, &mut inner);
                write_bytes(tag(2), &inner, out);
            }
            Type::String => {
                let text =
                    if is_bad { words::bad_text(random) } else { leaves.words.text(random, field.name()) };
                write_bytes(tag(2), &text, out);
            }
            Type::Bytes => write_bytes(tag(2), &random.bytes(300), out),
            Type::Double => {
                let value = if is_bad { words::bad_real(random) } else { words::real(random) };
                encode_varint(tag(1), out);
                out.extend(value.to_le_bytes());
            }
            Type::Uint64 | Type::Uint32 | Type::Int64 | Type::Int32 | Type::Bool | Type::Enum => {
                let value = if is_bad { words::bad_number(random) } else { words::number(random) };
                encode_varint(tag(0), out);
                encode_varint(value, out);
            }
            other => panic!("say how a {other:?} is made: `{}` is one", field.name()),
        }
    }
}

/// How leaves are made.
struct Leaves<'a> {
    words: &'a Words,
    percent: usize,
}

fn write_bytes(tag: u64, bytes: &[u8], out: &mut Vec<u8>) {
    encode_varint(tag, out);
    encode_varint(u64::try_from(bytes.len()).expect("64 bits"), out);
    out.extend_from_slice(bytes);
}

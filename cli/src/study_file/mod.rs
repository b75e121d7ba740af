//! Study files: what `run` and `study create` read.
//!
//! A study file is YAML or JSON: the fields of a [`StudySpec`], and beside them `name` and `command`.

mod problem;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::fmt;
use std::path::Path;

use anyhow::Context as _;
use serde::de::value::MapAccessDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use tunewright_core::name::StudyName;
use tunewright_core::study::StudySpec;
use tunewright_core::{Code, Refusal};

/// The largest file that is read; a space of a million options fits.
const LEN_MAX: u64 = 16 * 1024 * 1024;

/// A study as a person wrote it down.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyFile {
    pub name: Option<StudyName>,
    /// The command that evaluates a trial, in parts; empty if the file names none.
    pub command: Vec<String>,
    pub spec: StudySpec,
}

impl StudyFile {
    /// Reads a file; `-` is stdin. What ends in `.json` is JSON, everything else YAML, which JSON is a part of.
    ///
    /// # Errors
    /// When the file cannot be read; `invalid`, with the place and what is wrong there.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = read_text(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let file = if json { Self::from_json(&text) } else { Self::from_yaml(&text) };
        file.with_context(|| format!("cannot use `{}`", path.display()))
    }

    /// # Errors
    /// `invalid`, with the field, what it must be, and the place.
    pub fn from_yaml(text: &str) -> Result<Self, Refusal> {
        refuse_empty(text)?;
        let key = RefCell::default();
        serde_saphyr::with_deserializer_from_str_with_options(text, crate::yaml::options(), |yaml| {
            FileVisitor(&key).deserialize(yaml)
        })
        .map_err(|error| problem::in_yaml(&error, &key.borrow()))
    }

    /// # Errors
    /// `invalid`, with the field, what it must be, and the place.
    pub fn from_json(text: &str) -> Result<Self, Refusal> {
        refuse_empty(text)?;
        let key = RefCell::default();
        let mut json = serde_json::Deserializer::from_str(text);
        FileVisitor(&key)
            .deserialize(&mut json)
            .and_then(|file| json.end().map(|()| file))
            .map_err(|error| problem::in_json(&error, &key.borrow()))
    }

    /// The study's name: the given one, else the file's own, else the file's stem, or its directory's name for a plain
    /// `study.yaml`.
    ///
    /// # Errors
    /// `invalid` when what the file is called cannot name a study.
    pub fn name_or(&self, given: Option<&StudyName>, path: &Path) -> Result<StudyName, Refusal> {
        if let Some(name) = given.or(self.name.as_ref()) {
            return Ok(name.clone());
        }
        let hint = "name the study in the file (`name: digits`) or with --name";
        StudyName::new(name_from(path)).map_err(|refusal| refusal.with_hint(hint))
    }
}

fn read_text(path: &Path) -> anyhow::Result<String> {
    use std::io::Read as _;
    let input: Box<dyn std::io::Read> = if path.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(path)?)
    };
    let mut text = String::new();
    input.take(LEN_MAX + 1).read_to_string(&mut text)?;
    anyhow::ensure!(text.len() as u64 <= LEN_MAX, "it is larger than {} MiB", LEN_MAX >> 20);
    Ok(text)
}

fn name_from(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if stem != "study" {
        return stem;
    }
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    whole
        .parent()
        .and_then(Path::file_name)
        .map_or(stem, |directory| directory.to_string_lossy().into_owned())
}

fn refuse_empty(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        let hint = "a study needs at least `space: {x: {type: uniform, low: 0, high: 1}}`";
        return Err(Refusal::new(Code::Invalid, "the file is empty").with_hint(hint));
    }
    Ok(())
}

/// Reads the whole file; notes the key it is at, so that an error can name it.
struct FileVisitor<'k>(&'k RefCell<String>);

impl<'de> DeserializeSeed<'de> for FileVisitor<'_> {
    type Value = StudyFile;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<StudyFile, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FileVisitor<'_> {
    type Value = StudyFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a study: a map with at least `space`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<StudyFile, A::Error> {
        let mut beside = Beside::default();
        let spec = SpecFields { map, beside: &mut beside, key: self.0 };
        let spec = StudySpec::deserialize(MapAccessDeserializer::new(spec))?;
        let command = beside.command.map_or_else(Vec::new, |Parts(parts)| parts);
        Ok(StudyFile { name: beside.name, command, spec })
    }
}

/// What stands in the file beside the spec.
#[derive(Default)]
struct Beside {
    name: Option<StudyName>,
    command: Option<Parts>,
}

/// The map without the keys that are not the spec's: those are put aside.
struct SpecFields<'a, A> {
    map: A,
    beside: &'a mut Beside,
    key: &'a RefCell<String>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for SpecFields<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.map.next_key::<String>()? {
            match key.as_str() {
                "name" => {
                    self.key.replace(key);
                    self.beside.name = Some(self.map.next_value::<Name>()?.0);
                }
                "command" => {
                    self.key.replace(key);
                    self.beside.command = Some(self.map.next_value()?);
                }
                field => {
                    let named = seed.deserialize(field.into_deserializer())?;
                    self.key.replace(key);
                    return Ok(Some(named));
                }
            }
            self.key.take();
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        let value = self.map.next_value_seed(seed)?;
        self.key.take();
        Ok(value)
    }
}

/// The study's name; a wrong one is an error of the field `name`.
struct Name(StudyName);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        StudyName::new(name).map(Self).map_err(|refusal| D::Error::custom(refusal.message))
    }
}

/// A command in parts. A single string is refused rather than split: quoting rules differ from shell to shell.
struct Parts(Vec<String>);

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PartsVisitor)
    }
}

struct PartsVisitor;

impl<'de> Visitor<'de> for PartsVisitor {
    type Value = Parts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, such as `[python3, train.py]`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Parts, A::Error> {
        let mut parts = Vec::new();
        while let Some(part) = items.next_element::<String>()? {
            parts.push(part);
        }
        if parts.is_empty() {
            return Err(A::Error::custom("must name a program"));
        }
        Ok(Parts(parts))
    }

    fn visit_str<E: Error>(self, line: &str) -> Result<Parts, E> {
        let parts: Vec<_> = line.split_whitespace().collect();
        Err(E::custom(format!("must be a list of its parts, such as `[{}]`", parts.join(", "))))
    }
}

//! Joins the drafts of types: a derived type gets what its base has.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use roxmltree::Node;

use super::{
    ComplexType, Field, Particle, SimpleType, Term, Type, TypeId,
    facets::Facets,
    index::Index,
    read::{Complex, Derivation, Draft},
};
use crate::formats::soap::{
    limits::{DEEPEST_SCHEMA, MOST_FIELDS},
    wsdl::WsdlError,
};

/// The elements that a type can hold, by local name.
type Fields = BTreeMap<String, Field>;

/// All types, in the order of their drafts.
pub(super) fn resolve(index: &Index<'_, '_>, drafts: &[Draft<'_, '_>]) -> Result<Vec<Type>, WsdlError> {
    let mut joining = Joining { index, drafts, done: vec![None; drafts.len()], fields: 0 };
    for at in 0..drafts.len() {
        joining.resolve(TypeId(at), 0)?;
    }
    Ok(joining.done.into_iter().map(|done| done.unwrap_or(Type::Anything)).collect())
}

struct Joining<'r, 'a, 'i> {
    index: &'r Index<'a, 'i>,
    drafts: &'r [Draft<'a, 'i>],
    done: Vec<Option<Type>>,
    /// Fields of all types together: each derived type holds those of its base once more.
    fields: usize,
}

impl Joining<'_, '_, '_> {
    /// Resolves a type after its bases. A cycle of bases is longer than any chain may be.
    fn resolve(&mut self, id: TypeId, depth: usize) -> Result<Type, WsdlError> {
        if let Some(Some(done)) = self.done.get(id.0) {
            return Ok(done.clone());
        }
        let drafts = self.drafts;
        let resolved = match drafts.get(id.0) {
            None | Some(Draft::Waiting | Draft::Anything) => Type::Anything,
            Some(Draft::Plain(simple)) => Type::Simple(simple.clone()),
            Some(Draft::Restricted { at, base, facets }) => {
                self.check_depth(*at, depth)?;
                match self.resolve(*base, depth + 1)? {
                    Type::Simple(simple) => Type::Simple(restricted(simple, facets)),
                    _ => return Err(self.index.error(*at, "the base of a simpleType has to be one too")),
                }
            }
            Some(Draft::Complex(complex)) => {
                self.check_depth(complex.at, depth)?;
                Type::Complex(self.complex(complex, depth)?)
            }
        };
        if let Some(slot) = self.done.get_mut(id.0) {
            *slot = Some(resolved.clone());
        }
        Ok(resolved)
    }

    fn check_depth(&self, at: Node<'_, '_>, depth: usize) -> Result<(), WsdlError> {
        if depth <= DEEPEST_SCHEMA {
            return Ok(());
        }
        Err(self.index.error(at, format!("this type derives from itself, or over more than {DEEPEST_SCHEMA} others")))
    }

    fn complex(&mut self, draft: &Complex<'_, '_>, depth: usize) -> Result<ComplexType, WsdlError> {
        let mut joined = match &draft.base {
            None => ComplexType::default(),
            Some((base, how)) => {
                let base = self.resolve(*base, depth + 1)?;
                derived(base, how).map_err(|message| self.index.error(draft.at, message))?
            }
        };
        joined.is_mixed |= draft.is_mixed;
        joined.has_open_attributes |= draft.has_open_attributes;
        joined.content.extend(draft.particle.clone().map(Arc::new));
        for attribute in &draft.attributes {
            joined.attributes.retain(|inherited| inherited.name != attribute.name);
            joined.attributes.push(attribute.clone());
        }
        joined.attributes.retain(|attribute| !attribute.is_prohibited);
        let mut is_open = joined.is_open;
        let fields = self::joined(joined.content.iter().map(|part| gather(part, false, true, &mut is_open)), true);
        joined.is_open = is_open;
        self.fields += fields.len();
        if self.fields > MOST_FIELDS {
            return Err(self.index.error(draft.at, format!("the types of this schema come to more than {MOST_FIELDS} fields")));
        }
        joined.fields = fields;
        Ok(joined)
    }
}

fn restricted(mut simple: SimpleType, facets: &Facets) -> SimpleType {
    simple.facets.push(Arc::new(facets.clone()));
    simple
}

/// What a derived type begins with.
fn derived(base: Type, how: &Derivation) -> Result<ComplexType, String> {
    match (base, how) {
        (Type::Complex(base), Derivation::Extension) => Ok(base),
        (Type::Complex(base), Derivation::Restriction) => {
            Ok(ComplexType { attributes: base.attributes, ..ComplexType::default() })
        }
        (Type::Complex(mut base), Derivation::Text(facets)) => {
            let Some(text) = base.text.take() else { return Err("the base of simple content has to be text".to_owned()) };
            base.text = Some(restricted(text, facets));
            Ok(base)
        }
        (Type::Simple(text), Derivation::Text(facets)) => {
            Ok(ComplexType { text: Some(restricted(text, facets)), ..ComplexType::default() })
        }
        (Type::Anything, Derivation::Restriction) => Ok(ComplexType::default()),
        (Type::Anything, Derivation::Extension) => Ok(ComplexType { is_open: true, ..ComplexType::default() }),
        (Type::Simple(_), _) => Err("the base of complex content has to be a complexType".to_owned()),
        (Type::Anything, Derivation::Text(_)) => Err("the base of simple content has to be text".to_owned()),
    }
}

/// The elements of a particle, by local name.
fn gather(particle: &Particle, is_many: bool, is_required: bool, is_open: &mut bool) -> Fields {
    let is_many = is_many || particle.max.is_none_or(|max| max > 1);
    let is_required = is_required && particle.min > 0;
    match &particle.term {
        Term::Any => {
            *is_open = true;
            Fields::new()
        }
        Term::Element(element) => {
            let field = Field { element: element.clone(), is_many, is_required };
            Fields::from([(element.name.local.clone(), field)])
        }
        Term::Sequence(parts) => {
            // Twice in a row: it can occur twice.
            joined(parts.iter().map(|part| gather(part, is_many, is_required, is_open)), true)
        }
        Term::Choice(parts) => joined(parts.iter().map(|part| gather(part, is_many, false, is_open)), false),
    }
}

/// The fields of several particles, one of which may be in more than one of them.
fn joined(parts: impl Iterator<Item = Fields>, is_many_when_double: bool) -> Fields {
    let mut all = Fields::new();
    for (name, field) in parts.flatten() {
        match all.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(field);
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.is_many |= field.is_many || is_many_when_double;
                known.is_required |= field.is_required;
            }
        }
    }
    all
}

//! Deep values: whole JavaScript values as one stream of bytes, for the calls that are not hot.
//!
//! A value is a tag and what follows it; lengths and counts are 32 bits, numbers 64, little-endian.

use crate::model::{Oversized, Value};

/// A stream that ends early or has an unknown tag. Only a faulty encoder makes one.
#[derive(Debug)]
pub(crate) struct Malformed;

/// Shorter streams take such memory as there is.
const LONG: usize = 1 << 20;
/// How many bytes a value takes for each byte of its stream, roughly.
const SPREAD: usize = 6;

/// Reads one value.
pub(crate) fn decode(bytes: &[u8]) -> Result<Value, Malformed> {
    if bytes.len() > LONG {
        make_room(bytes.len().saturating_mul(SPREAD));
    }
    let mut rest = bytes;
    let value = value(&mut rest)?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(Malformed)
    }
}

/// Has the memory grow once and not by and by: each time the host may go over all of its own.
fn make_room(bytes: usize) {
    let mut room = Vec::<u8>::new();
    // Where there is not so much, it grows by and by.
    let reserved = room.try_reserve_exact(bytes);
    std::hint::black_box((room, reserved)).0.clear();
}

fn value(rest: &mut &[u8]) -> Result<Value, Malformed> {
    let [tag] = take::<1>(rest)?;
    Ok(match tag {
        0 => Value::Null,
        1 => Value::Bool(false),
        2 => Value::Bool(true),
        3 => Value::Number(f64::from_le_bytes(take(rest)?) + 0.0),
        4 => Value::String(text(rest)?),
        5 => {
            let count = length(rest)?;
            Value::Array((0..count).map(|_| value(rest)).collect::<Result<_, _>>()?)
        }
        6 => {
            let count = length(rest)?;
            let member = |_| Ok((text(rest)?, value(rest)?));
            Value::Object((0..count).map(member).collect::<Result<_, _>>()?)
        }
        7 => Value::Unsupported,
        8 => Value::Oversized(Oversized::String),
        9 => Value::Oversized(Oversized::Array),
        _ => return Err(Malformed),
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Malformed> {
    let (head, tail) = rest.split_first_chunk::<N>().ok_or(Malformed)?;
    *rest = tail;
    Ok(*head)
}

fn length(rest: &mut &[u8]) -> Result<usize, Malformed> {
    usize::try_from(u32::from_le_bytes(take(rest)?)).map_err(|_| Malformed)
}

fn text(rest: &mut &[u8]) -> Result<String, Malformed> {
    let length = length(rest)?;
    let (head, tail) = rest.split_at_checked(length).ok_or(Malformed)?;
    *rest = tail;
    String::from_utf8(head.to_vec()).map_err(|_| Malformed)
}

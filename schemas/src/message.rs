//! Avro messages: references only (ids, numbers, trace), never bodies. Single-object encoding.

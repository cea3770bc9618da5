//! What a file is, by its first bytes: what a browser or a name says of it is only heard where the
//! bytes leave it open. Pure.

/// Bytes at the beginning of a file that are looked at: enough for the names with which Office
/// begins its archives.
pub const HEAD_BYTES: usize = 8 * 1024;

/// Bytes within which a PDF begins, by its specification.
const PDF_WITHIN: usize = 1_024;

const ZIP: &str = "application/zip";
const CSV: &str = "text/csv";
const PDF: &str = "application/pdf";
const XLS: &str = "application/vnd.ms-excel";
const DOC: &str = "application/msword";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// Types by the endings of names.
const ENDINGS: [(&str, &str); 10] = [
    ("pdf", PDF),
    ("csv", CSV),
    ("zip", ZIP),
    ("xls", XLS),
    ("doc", DOC),
    ("xlsx", XLSX),
    ("docx", DOCX),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
];

/// The type that a file is said to be of: by who sends it, or by its name where they do not know.
pub fn told(declared: &str, name: &str) -> String {
    let declared = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let ending = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    let by_name = ENDINGS.iter().find(|(end, _)| Some(*end) == ending.as_deref());
    let by_name = by_name.map(|(_, media_type)| (*media_type).to_owned());
    match (declared.as_str(), by_name) {
        ("" | "application/octet-stream", Some(by_name)) => by_name,
        // Windows calls it so where a spreadsheet program is installed.
        (XLS, Some(by_name)) if by_name == CSV => by_name,
        ("application/x-zip-compressed", _) => ZIP.to_owned(),
        (_, _) => declared,
    }
}

/// The type of a file by its head, or what it seems to be where that has no type of its own. `told`
/// settles what the bytes leave open: which of Office's old formats it is, whether a text is a
/// table.
pub fn media_type(head: &[u8], told: &str) -> Result<String, &'static str> {
    if head.is_empty() {
        return Err("an empty file");
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        let is_old = [XLS, DOC].contains(&told);
        return if is_old { Ok(told.to_owned()) } else { Err("a file of Office 97 to 2003") };
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(archive(head, told));
    }
    let first = &head[..head.len().min(PDF_WITHIN)];
    if contains(first, b"%PDF") {
        return Ok(PDF.to_owned());
    }
    match infer::get(head) {
        Some(known) => Ok(known.mime_type().to_owned()),
        None if !is_text(head) => Err("bytes of a kind that is not known"),
        None if told == CSV => Ok(CSV.to_owned()),
        None => Ok("text/plain".to_owned()),
    }
}

/// Office's archives begin with what tells them from others.
fn archive(head: &[u8], told: &str) -> String {
    let is_office = contains(head, b"[Content_Types].xml") || contains(head, b"_rels/.rels");
    match (contains(head, b"word/"), contains(head, b"xl/")) {
        (true, false) if is_office => DOCX.to_owned(),
        (false, true) if is_office => XLSX.to_owned(),
        (_, _) if is_office && [DOCX, XLSX].contains(&told) => told.to_owned(),
        (_, _) => match infer::get(head) {
            Some(known) => known.mime_type().to_owned(),
            None => ZIP.to_owned(),
        },
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// No control characters but those of lines: UTF-8 and CP932 alike.
fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| !matches!(byte, 0..=8 | 0x0B | 0x0E..=0x1F | 0x7F))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_what_a_file_is_whatever_is_said_of_it() {
        let zip = |names: &[&str]| {
            let entry = |name: &&str| {
                let mut head = b"PK\x03\x04".to_vec();
                head.extend([0; 26]);
                head.extend(name.as_bytes());
                head
            };
            names.iter().flat_map(entry).collect::<Vec<u8>>()
        };
        let docx = zip(&["[Content_Types].xml", "_rels/.rels", "word/document.xml"]);
        let calc = zip(&["_rels/.rels", "docProps/app.xml", "xl/workbook.xml"]);
        let late = zip(&["[Content_Types].xml"]);
        let plain = zip(&["図面/平面図.pdf", "word/notes.txt"]);
        let ole = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest".to_vec();
        let cp932 = b"\x90\x45\x8E\xED,\x96\xBC\r\n".to_vec();
        for (bytes, said, is) in [
            (b"%PDF-1.7".to_vec(), "image/png", Ok(PDF)),
            (b"\0\0mail\n%PDF-1.4".to_vec(), PDF, Ok(PDF)),
            (b"\x89PNG\r\n\x1a\n".to_vec(), PDF, Ok("image/png")),
            (vec![0xFF, 0xD8, 0xFF, 0xE0], PDF, Ok("image/jpeg")),
            (docx.clone(), ZIP, Ok(DOCX)),
            (calc, DOCX, Ok(XLSX)),
            (late.clone(), XLSX, Ok(XLSX)),
            (late, PDF, Ok(ZIP)),
            (plain, DOCX, Ok(ZIP)),
            (ole.clone(), DOC, Ok(DOC)),
            (ole, PDF, Err("a file of Office 97 to 2003")),
            ("職種,氏名\r\n".as_bytes().to_vec(), CSV, Ok(CSV)),
            (cp932, CSV, Ok(CSV)),
            ("職種,氏名\r\n".as_bytes().to_vec(), PDF, Ok("text/plain")),
            (
                b"MZ\x90\0\x03\0\0\0".to_vec(),
                CSV,
                Ok("application/vnd.microsoft.portable-executable"),
            ),
            (
                [b"\x7FELF\x02\x01\x01".to_vec(), vec![0; 60]].concat(),
                PDF,
                Ok("application/x-executable"),
            ),
            (b"<!DOCTYPE html><html>".to_vec(), CSV, Ok("text/html")),
            (b"a,b\0c".to_vec(), CSV, Err("bytes of a kind that is not known")),
            (Vec::new(), PDF, Err("an empty file")),
        ] {
            let found = media_type(&bytes, said);
            assert_eq!(found.as_deref().map_err(|what| *what), is, "{bytes:?} as {said}");
        }
    }

    #[test]
    fn a_name_helps_where_nobody_says_what_it_is() {
        for (declared, name, is) in [
            ("application/pdf", "a.csv", PDF),
            ("Application/PDF; charset=x", "a", PDF),
            ("application/octet-stream", "運営規程.PDF", PDF),
            ("", "勤務表.xlsx", XLSX),
            (XLS, "勤務表.csv", CSV),
            (XLS, "勤務表.xls", XLS),
            ("application/x-zip-compressed", "a.zip", ZIP),
            ("", "a.exe", ""),
        ] {
            assert_eq!(told(declared, name), is, "{declared} {name}");
        }
    }
}

//! Attachments of the demo's filings: small files of the usual kinds, made from the seed.

use rand::Rng;
use schemas::{Attachment, FilingKind};
use sha2::{Digest, Sha256};

use super::chance::{chance, word};

/// A picture of one point; what follows its end is there for the size.
const PNG: [u8; 67] = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0,
    1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 0x0a, 0x49, 0x44, 0x41, 0x54,
    0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1, 0x48, 0xaf, 0xa4, 0x71, 0, 0, 0, 0, 0x49, 0x45, 0x4e,
    0x44, 0xae, 0x42, 0x60, 0x82,
];

const PDFS: [&str; 8] = [
    "運営規程.pdf",
    "登記情報(照会番号).pdf",
    "平面図.pdf",
    "誓約書.pdf",
    "管理者の経歴.pdf",
    "設備・備品等一覧.pdf",
    "苦情処理の措置の概要.pdf",
    "協力医療機関との契約書.pdf",
];
const TABLES: [&str; 2] = ["勤務形態一覧表.csv", "体制等状況一覧表.csv"];
const PICTURES: [&str; 2] = ["外観写真.png", "設備写真.png"];

/// One file, to be made when it is needed.
#[derive(Debug, Clone)]
pub(super) struct Paper {
    /// As the filing names it.
    pub(super) attachment: Attachment,
    thing: String,
    seed: u64,
}

/// The papers of a filing: none for most, else up to three.
pub(super) fn papers(seed: u64, index: usize, kind: FilingKind) -> Vec<Paper> {
    let mut rng = chance(seed, &format!("papers of {index}"));
    let always = matches!(kind, FilingKind::Addon | FilingKind::ElderlyWelfare);
    if !rng.random_bool(if always { 0.6 } else { 0.26 }) {
        return Vec::new();
    }
    let mut papers: Vec<Paper> = Vec::new();
    for place in 0..rng.random_range(1..=3) {
        let name = match rng.random_range(0..10) {
            0..6 => word(&mut rng, &PDFS),
            6..9 => word(&mut rng, &TABLES),
            _ => word(&mut rng, &PICTURES),
        };
        // Most are small; one in eight is a scan.
        let bytes_max = if rng.random_ratio(1, 8) { 200 * 1024 } else { 24 * 1024 };
        let size = rng.random_range(1024..=bytes_max);
        if papers.iter().all(|paper| paper.attachment.name != name) {
            papers.push(Paper::new(seed, format!("paper {index} {place}"), name, size));
        }
    }
    papers
}

impl Paper {
    /// A file of that name and about that size.
    pub(super) fn new(seed: u64, thing: String, name: &str, size: usize) -> Self {
        let media_type = match name.rsplit('.').next() {
            Some("csv") => "text/csv",
            Some("png") => "image/png",
            _ => "application/pdf",
        };
        let (name, media_type) = (name.to_owned(), media_type.to_owned());
        let size = size as u64;
        let attachment = Attachment { name, sha256: String::new(), size, media_type };
        let mut paper = Self { attachment, thing, seed };
        let bytes = paper.bytes();
        paper.attachment.sha256 = hex::encode(Sha256::digest(&bytes));
        paper.attachment.size = bytes.len() as u64;
        paper
    }

    /// The file, the same every time.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut rng = chance(self.seed, &self.thing);
        let wanted = usize::try_from(self.attachment.size).unwrap_or(0);
        match self.attachment.media_type.as_str() {
            "text/csv" => table(&mut rng, wanted),
            "image/png" => {
                let mut bytes = PNG.to_vec();
                let mut rest = vec![0; wanted.saturating_sub(bytes.len())];
                rng.fill(rest.as_mut_slice());
                bytes.extend(rest);
                bytes
            }
            _ => pdf(&mut rng, wanted),
        }
    }
}

/// A roster; ends at the first whole line past the size, and then a comment makes it exact.
fn table(rng: &mut impl Rng, wanted: usize) -> Vec<u8> {
    let mut text = String::from("職種,勤務形態,氏名記号,週平均時間\r\n");
    let mut number = 0;
    while text.len() + 64 < wanted {
        number += 1;
        let role = word(rng, &["管理者", "介護職員", "看護職員", "生活相談員", "機能訓練指導員"]);
        let form = word(rng, &["A", "B", "C", "D"]);
        let hours = rng.random_range(4..=40).to_string();
        let line = [role, form, &format!("職員{number}"), &hours].join(",");
        text.push_str(&line);
        text.push_str("\r\n");
    }
    text += "#";
    let rest = wanted.saturating_sub(text.len());
    text += &"-".repeat(rest);
    text.into_bytes()
}

/// A page whose content stream carries the bytes that make up the size.
fn pdf(rng: &mut impl Rng, wanted: usize) -> Vec<u8> {
    let mut noise = vec![0_u8; wanted.saturating_sub(330)];
    rng.fill(noise.as_mut_slice());
    // Bytes of a comment: no line ends among them.
    for byte in &mut noise {
        *byte = 33 + *byte % 90;
    }
    let mut out = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n".to_vec();
    out.extend(b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n");
    out.extend(b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n%");
    out.extend(noise);
    out.extend(b"\ntrailer<</Root 1 0 R>>\n%%EOF\n");
    out.resize(wanted.max(out.len()), b'\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_is_the_same_every_time_and_of_its_size() {
        for name in ["a.pdf", "b.csv", "c.png"] {
            for size in [1024, 5000, 200 * 1024] {
                let paper = Paper::new(7, format!("{name} {size}"), name, size);
                assert_eq!(paper.attachment.size, size as u64, "{name}");
                assert_eq!(hex::encode(Sha256::digest(paper.bytes())), paper.attachment.sha256);
            }
        }
    }
}

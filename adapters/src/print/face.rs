//! The face: Noto Sans CJK JP, its characters those of JIS (`fonts/README.md`), part of the binary.

use std::sync::LazyLock;

use krilla::text::{Font, GlyphId};
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::raw::TableProvider as _;
use skrifa::{FontRef, MetadataProvider as _};

static BYTES: &[u8] = include_bytes!("../../fonts/NotoSansCJKjp-subset.otf");

/// The embedded font.
pub(super) struct Face {
    pub(super) font: Font,
    outline: FontRef<'static>,
    units: f32,
}

/// One character of the face.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    pub(super) id: GlyphId,
    /// In units of the font's size.
    pub(super) advance: f32,
}

impl Face {
    /// The face; none if the file in the binary is no font, which a test excludes.
    pub(super) fn get() -> Option<&'static Self> {
        static FACE: LazyLock<Option<Face>> = LazyLock::new(|| {
            let outline = FontRef::new(BYTES).ok()?;
            let units = f32::from(outline.head().ok()?.units_per_em());
            let font = Font::new(BYTES.into(), 0)?;
            Some(Face { font, outline, units })
        });
        FACE.as_ref()
    }

    /// The glyph of a character that the face has.
    pub(super) fn glyph(&self, character: char) -> Option<Glyph> {
        let id = self.outline.charmap().map(character).filter(|id| id.to_u32() != 0)?;
        let metrics = GlyphMetrics::new(&self.outline, Size::unscaled(), LocationRef::default());
        let advance = metrics.advance_width(id)? / self.units;
        Some(Glyph { id: GlyphId::new(id.to_u32()), advance })
    }
}

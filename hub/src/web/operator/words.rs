//! The texts of the operators' pages.

use crate::web::words::words;

words! {
    // The list.
    filings: "申請・届出の一覧", "Your filings";
    none_yet: "まだ申請・届出はありません。", "You have filed nothing yet.";
    nothing_found: "この条件に合うものはありません。", "Nothing fits.";
    clear: "条件を消す", "Clear";
    receipt: "到達確認書(署名付き)", "Signed receipt";
}

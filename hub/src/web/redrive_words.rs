//! The texts about what is not delivered, in groups, and about starting many deliveries anew.

use crate::store::{ItemState, RedriveState};
use crate::web::parts::Badge;
use crate::web::words::{Lang, words};

words! {
    troubles: "支障の内訳", "Troubles";
    troubles_lead: "まだ届いていない送達を、原因・指定権者・対応者ごとにまとめています。順番待ちと、\
         受信箱での取得待ちは含みません。",
        "What is not delivered, by cause, authority and who has to act. What only waits for its \
         turn, or to be fetched, is left out.";
    no_troubles: "支障のある送達はありません。", "Nothing is in trouble.";
    cause: "原因", "Cause";
    prefecture: "都道府県", "Prefecture";
    count: "件数", "Count";
    first: "最も古い送達", "Oldest delivery";
    last: "直近の発生", "Last seen";
    look: "受付先の点検", "Last look";
    network_hint: "ここだけなら指定権者に確かめ、同時に多数なら当方の回線を確かめます",
        "this one alone: ask the authority; many at once: look at our own line";
    due: "最も近い期限", "Nearest deadline";
    due_hint: "期限は、各組の古いものから次の件数だけを確かめています:",
        "Of each group only the oldest are asked for their deadlines, at most:";
    past: "期限超過", "overdue";
    example: "例", "Example";
    list_these: "一覧", "List";
    again: "まとめて再送付", "Send again";
    redrives: "まとめて再送付", "Sending again in bulk";
    redrives_lead: "同じ原因で止まった送達を、まとめて再送付します。まず下見で対象を固定し、件数と影響を確かめてから、\
         理由を付けて始めます。",
        "Deliveries that stopped for one cause are sent again together. A preview fixes which they \
         are and what they touch; then somebody starts it, with a reason.";
    no_redrives: "まだありません。", "There are none yet.";
    choose: "対象を選ぶ", "Choose";
    from: "この時刻から", "From";
    until: "この時刻より前", "Before";
    time_hint: "いまの状態(保留・送達不能・待機)になった時刻です。日本時間で、空欄は制限なしです。",
        "When they came to be as they are (held, failed, waiting), in Japan's time; empty: no \
         limit.";
    preview: "下見する", "Preview";
    preview_hint: "下見では何も送付しません。保留の送達は、その原因を指定したときだけ含みます。",
        "A preview sends nothing. What is held is in it only where its cause is asked for.";
    nothing_fits: "当てはまる送達はありません。条件を変えてください。",
        "No delivery fits; choose otherwise.";
    too_many: "当てはまる送達が多すぎます。指定権者や時刻で絞ってください。上限:",
        "Too many deliveries fit; narrow by authority or time. At most:";
    not_read: "読み取れません:", "This does not read:";
    redrive: "まとめて再送付", "Sending again in bulk";
    conditions: "条件", "Choice";
    all_causes: "すべての原因", "all causes";
    items: "対象", "Deliveries";
    doubtful: "すでに届いている可能性がある送達", "May have arrived already";
    overdue: "期限を過ぎた送達", "Past their deadline";
    near: "期限が近い送達(残りの日数の上限:", "Deadline near (days left at most:";
    next_due: "次の期限", "Next deadline";
    progress: "進み具合", "Progress";
    done: "再送付した件数", "Sent again";
    skipped: "飛ばした件数", "Passed over";
    left: "残り", "Left";
    made: "下見した人", "Previewed by";
    started: "始めた人", "Started by";
    approved: "承認した人", "Approved by";
    ended: "終わった時刻", "Ended";
    start: "再送付を始める", "Start";
    start_hint: "始めると、決められた速さで順に再送付します。途中で中止できます。",
        "They are sent again one after the other, at a set pace; it can be cancelled half-way.";
    second_hint: "件数が多いため、別の職員が承認してから始まります。1人で始められる件数:",
        "It is large: it begins when a colleague has approved it. One person alone may start:";
    approve: "承認して始める", "Approve";
    approve_hint: "承認すると、すぐに再送付が始まります。", "They begin to be sent again at once.";
    remark: "ひとこと(任意)", "Remark (optional)";
    same_person: "始めた人は自分では承認できません。別の職員が承認してください。始めた人:",
        "Who started it cannot approve it; a colleague has to. Started by:";
    cancel: "中止する", "Cancel";
    cancel_hint: "残りの送達はそのままになります。再送付したものは取り消せません。",
        "What is left stays as it is; what was sent again cannot be taken back.";
    result: "結果", "What became of it";
    found: "そのときの状態", "Found as";
}

/// How far it is.
pub(super) fn state(state: RedriveState, lang: Lang) -> Badge {
    let (tone, ja, en) = match state {
        RedriveState::Previewed => ("off", "下見のみ", "previewed"),
        RedriveState::Proposed => ("wait", "承認待ち", "waits for approval"),
        RedriveState::Running => ("move", "再送付中", "under way"),
        RedriveState::Finished => ("ok", "終了", "finished"),
        RedriveState::Cancelled => ("off", "中止", "cancelled"),
    };
    Badge::new(tone, lang.pick(ja, en))
}

/// What became of one delivery in it.
pub(super) fn item(state: ItemState, lang: Lang) -> Badge {
    let (tone, ja, en) = match state {
        ItemState::Left => ("wait", "まだ", "left"),
        ItemState::Done => ("ok", "再送付した", "sent again"),
        ItemState::Skipped => ("off", "飛ばした", "passed over"),
    };
    Badge::new(tone, lang.pick(ja, en))
}

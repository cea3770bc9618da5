-- What was said of the stages in which an authority begins: a stage that was done, or whose day was moved.
-- What is not here follows from the master and the table of days.
CREATE TABLE stages (
    authority TEXT NOT NULL,
    stage TEXT NOT NULL,
    due_on TEXT,
    done_at BIGINT,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    why TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (authority, stage)
);

-- Which mails told of a stage: once of each step for one day that it is due.
CREATE TABLE stages_told (
    authority TEXT NOT NULL,
    stage TEXT NOT NULL,
    due_on TEXT NOT NULL,
    step TEXT NOT NULL,
    day TEXT NOT NULL,
    reminder_id TEXT NOT NULL,
    PRIMARY KEY (authority, stage, due_on, step)
);
CREATE INDEX stages_told_by_reminder ON stages_told (reminder_id);

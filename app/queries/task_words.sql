-- Everything that was said of how one task ended, the word that holds first, then by rank and time.
SELECT judged_at, source, channel, judged_by, outcome, evaluation_name, score, label, rule, reason, is_winner
FROM fct_outcomes
WHERE task_id = $task_id
    AND traffic_source = $task_source
    AND coalesce(organization, '') = coalesce($task_org, '')
ORDER BY is_winner DESC, rank DESC, judged_at DESC, revision_id DESC
LIMIT 50;

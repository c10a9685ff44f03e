-- In memory, for one connection: a secret that is not persistent is never written.
create secret lake (
    type s3,
    key_id $key,
    secret $secret,
    session_token $token,
    region $region,
    endpoint $endpoint,
    url_style $style,
    use_ssl $is_tls
);

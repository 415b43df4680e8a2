"""Serves a bucket by the protocol of S3, for tests.

    serve_bucket.py --port P --bucket NAME

moto's server, in memory, with its checks of signatures on: whoever is not
the one user, or signs wrongly, is refused.  Prints
"ready ACCESS_KEY_ID SECRET_ACCESS_KEY" once it answers; ends on SIGTERM.
"""

import argparse
import json
import signal
import threading

import boto3
from moto import settings
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"


def client(service, port, key="any", secret="any"):
    return boto3.client(
        service, region_name=REGION, endpoint_url="http://127.0.0.1:%d" % port,
        aws_access_key_id=key, aws_secret_access_key=secret)


def make(port, bucket):
    """Make the bucket and a user who may use it and nothing else."""
    iam = client("iam", port)
    iam.create_user(UserName="sync")
    iam.put_user_policy(
        UserName="sync", PolicyName="bucket", PolicyDocument=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject",
                           "s3:AbortMultipartUpload"],
                "Resource": "arn:aws:s3:::%s/*" % bucket}]}))
    client("s3", port).create_bucket(
        Bucket=bucket,
        CreateBucketConfiguration={"LocationConstraint": REGION})
    key = iam.create_access_key(UserName="sync")["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bucket", required=True)
    options = parser.parse_args()
    server = ThreadedMotoServer("127.0.0.1", options.port, verbose=False)
    server.start()
    key, secret = make(options.port, options.bucket)
    # From now on everybody has to prove who they are.
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    print("ready %s %s" % (key, secret), flush=True)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    ended.wait()
    server.stop()


if __name__ == "__main__":
    main()

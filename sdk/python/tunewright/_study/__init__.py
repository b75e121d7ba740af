"""What the synchronous and the asyncio API share: requests, records, rules. Nothing here waits or sends."""

"""What the synchronous and the asyncio API share: requests, records, and rules. Nothing here waits or
sends.
"""

"""Studies of the pilot itself: is it calibrated, and what does it say on real data?"""

# SPDX-License-Identifier: MIT
#
# The shipped journeys and their schema.

nobase_dist_pkgdata_DATA += \
	journeys/README.md \
	journeys/journey.rng \
	journeys/b2b-sale/journey.xml \
	journeys/b2b-sale/sources.xml \
	journeys/b2b-sale/codebook.xml \
	journeys/crm-pipeline/journey.xml \
	journeys/crm-pipeline/sources.xml \
	journeys/online-shop/journey.xml \
	journeys/online-shop/sources.xml
